package org.tallystick.sample

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import org.tallystick.WalletInterface
import org.tallystick.code
import org.tallystick.codeModules
import org.tallystick.core.AccountKind
import org.tallystick.core.CodeLevel
import org.tallystick.core.Direction
import org.tallystick.core.Event
import org.tallystick.core.PayTo
import org.tallystick.core.Payment
import org.tallystick.core.PaymentState
import org.tallystick.core.PaymentWish
import org.tallystick.core.PriceWish
import org.tallystick.core.RequestWish
import org.tallystick.core.Scanned
import org.tallystick.core.TipWish
import org.tallystick.core.WalletException
import org.tallystick.handleEvents
import org.tallystick.paymentMark
import org.tallystick.payments
import org.tallystick.scan
import org.tallystick.userText

/**
 * What the app does, apart from how it looks. Lives as long as the process: a payment does not end with the screen that
 * confirmed it.
 *
 * @param scope One thread, and longer than any screen.
 * @param locale How the reader writes numbers, as in `de-CH`.
 */
internal class WalletModel(
    private val wallet: WalletInterface,
    private val scope: CoroutineScope,
    private val locale: String,
    first: Screen = Screen.Opening,
) {
    private val shown = MutableStateFlow(first)
    val screen: StateFlow<Screen> = shown.asStateFlow()

    fun home() = act { shown.value = homeNow() }

    fun look() {
        shown.value = Screen.Scanning
    }

    fun say(words: String) {
        shown.value = Screen.Told(words)
    }

    /** A text that was scanned, tapped or shared. Nothing is ever paid on it alone. */
    fun opened(text: String) = found(scan(text))

    fun found(scanned: Scanned) = when (scanned) {
        is Scanned.Request -> act {
            shown.value = Screen.Confirm(Offer.of(wallet.plan(PaymentWish(PayTo.Request(scanned.link))), locale))
        }
        is Scanned.Card -> shown.value = Screen.Add(scanned.link)
        is Scanned.Receipt -> act { say(received(wallet.findReceipt(scanned.link.text()))) }
        is Scanned.Broken -> say("The code is damaged. Scan it again.")
        is Scanned.Foreign -> say("This code is of another system, and not for this wallet.")
        is Scanned.Web -> say("This is a page of ${scanned.host}, and asks for no payment.")
        is Scanned.Grant, is Scanned.Key -> say("This hands an account to a till. This wallet is no till.")
        is Scanned.SwaptacularRequest, is Scanned.SwaptacularCoin -> say("Money of a kind that this wallet does not hold yet.")
        is Scanned.Text, is Scanned.TooLong -> say("This asks for no payment.")
    }

    fun add(screen: Screen.Add) = act {
        wallet.addCurrency(screen.card.text(), AccountKind.PRIVATE)
        wallet.listen()
        shown.value = homeNow()
    }

    /** The one tap. A second one finds another screen, and does nothing. */
    fun confirm(screen: Screen.Confirm, pin: String? = null) {
        val offer = screen.offer
        if (offer.instead != null || offer.needsPin && pin == null) return
        if (offer.asksTwice && !screen.askedTwice) {
            shown.compareAndSet(screen, screen.copy(askedTwice = true))
            return
        }
        val paying = Screen.Paying(offer.total)
        if (!shown.compareAndSet(screen, paying)) return
        act(orElse = screen) {
            val patience = scope.launch {
                delay(PATIENCE_MS)
                shown.compareAndSet(paying, paying.copy(mayLeave = true))
            }
            try {
                shown.value = after(if (pin == null) wallet.pay(offer.plan) else wallet.payOverLimit(offer.plan, pin))
            } catch (unknown: WalletException.Pending) {
                shown.value = Screen.OnItsWay(unknown.payment, offer.total)
            } finally {
                patience.cancel()
            }
        }
    }

    /** @param text the amount, as a person types it. */
    fun receive(issuer: String, text: String) = act {
        val currency = wallet.currency(issuer).currency
        val amount = currency.parse(text, locale)
        val request = wallet.requestPayment(RequestWish(listOf(PriceWish(issuer, amount)), VALID_SECONDS, tip = TipWish.NoTip))
        val total = currency.format(amount, locale)
        shown.value = Screen.Receive(request.request, total, codeModules(request.link, CodeLevel.SCREEN))
    }

    /** Listens to the issuers, and shows what happens; returns when the wallet is paused. */
    suspend fun follow() {
        wallet.listen()
        wallet.handleEvents(::happened)
    }

    private suspend fun happened(event: Event) {
        val now = shown.value
        when (event) {
            is Event.PaymentReceived -> if (now is Screen.Receive && now.request == event.request) show(event.payment)
            is Event.PaymentSettled -> if (now.waitsFor(event.payment)) show(event.payment)
            is Event.PaymentRefused -> if (now.waitsFor(event.payment)) show(event.payment)
            is Event.PaymentLapsed -> if (now.waitsFor(event.payment)) show(event.payment)
            else -> Unit
        }
        if (now is Screen.Home) shown.compareAndSet(now, homeNow())
    }

    private fun Screen.waitsFor(payment: String) = this is Screen.OnItsWay && this.payment == payment

    private suspend fun show(payment: String) {
        shown.value = after(wallet.payment(payment).payment)
    }

    private suspend fun after(payment: Payment): Screen {
        val total = total(payment)
        return when (payment.state) {
            PaymentState.SETTLED -> Screen.Paid(total, payment.counterpartName ?: "unnamed account", paymentMark(payment.payment))
            PaymentState.PENDING -> Screen.OnItsWay(payment.payment, total)
            PaymentState.REFUSED -> Screen.Told(refused(payment.refusal))
            PaymentState.LAPSED -> Screen.Told("Not paid. Nothing was taken.")
        }
    }

    private fun refused(code: String?) = when (code) {
        "already_paid" -> "This was paid already. Nothing was taken."
        "expired" -> "The code is too old. Ask for a new one. Nothing was taken."
        else -> "The issuer refused (${code ?: "no reason given"}). Nothing was taken."
    }

    private suspend fun received(payment: Payment) = "You received ${total(payment)} from ${payment.counterpartName ?: "an unnamed account"}."

    private suspend fun total(payment: Payment) = wallet.currency(payment.issuer).currency.format(payment.amount, locale)

    private suspend fun homeNow(): Screen.Home {
        val names = wallet.currencies().associate { it.issuer to it.issuerName }
        val balances = wallet.balances().map { balance ->
            fun shown(amount: org.tallystick.money.Amount) = balance.currency.format(amount, locale)
            val held = balance.held.takeIf { it > org.tallystick.money.Amount.ZERO }?.let { "${shown(it)} on its way" }
            Held(balance.issuer, names[balance.issuer].orEmpty(), shown(balance.balance), held)
        }
        return Screen.Home(balances, wallet.payments().take(NEWEST).toList().map { line(it) })
    }

    private suspend fun line(payment: Payment): String {
        val sign = if (payment.direction == Direction.OUT) "−" else "+"
        return "$sign${total(payment)} ${payment.counterpartName ?: "unnamed account"}"
    }

    private fun act(orElse: Screen? = null, work: suspend () -> Unit) {
        scope.launch {
            try {
                work()
            } catch (failure: WalletException) {
                shown.value = if (failure.code == "pin_wrong" && orElse != null) orElse else Screen.Told(failure.userText)
            }
        }
    }

    private companion object {
        /** After this long the customer is told that nobody has to wait. */
        const val PATIENCE_MS = 2_000L
        const val NEWEST = 20

        /** A request is for whoever stands here now. */
        const val VALID_SECONDS = 600L
    }
}
