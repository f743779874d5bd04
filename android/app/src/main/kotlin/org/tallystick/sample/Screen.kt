package org.tallystick.sample

import org.tallystick.core.CardLink
import org.tallystick.core.CodeModules
import org.tallystick.core.PaymentMark

/** What there is to see: one screen at a time, each with all that its view shows. */
internal sealed interface Screen {
    /** The wallet is being opened. */
    data object Opening : Screen

    /** The wallet cannot be opened; what helps is in the words. */
    data class Closed(val words: String) : Screen

    /** The recovery phrase, once. No data class: it must show in no log. */
    class Phrase(val words: List<String>) : Screen

    /** What is held, and what happened. */
    data class Home(val balances: List<Held>, val payments: List<String>) : Screen

    /** The camera. */
    data object Scanning : Screen

    /** A currency that was scanned; adding it pays nothing. */
    data class Add(val card: CardLink) : Screen

    /** What is asked, before anything is paid. */
    data class Confirm(val offer: Offer, val askedTwice: Boolean = false) : Screen

    /** Confirmed. After a while it says that nobody has to wait. */
    data class Paying(val total: String, val mayLeave: Boolean = false) : Screen

    /** Confirmed, and not yet known: told when it is. */
    data class OnItsWay(val payment: String, val total: String) : Screen

    /** For both sides of the counter. */
    data class Paid(val total: String, val other: String, val mark: PaymentMark) : Screen

    /** A request for money, as a code. */
    data class Receive(val request: String, val total: String, val code: CodeModules) : Screen

    /** Something to say, with nothing to do about it here. */
    data class Told(val words: String) : Screen
}

/** A balance as it is shown. */
internal data class Held(val issuer: String, val name: String, val balance: String, val held: String?)
