package org.tallystick.sample

import android.content.Context
import android.graphics.Color
import android.text.InputType
import android.view.Gravity
import android.view.View
import android.widget.Button
import android.widget.EditText
import android.widget.LinearLayout
import android.widget.ScrollView
import android.widget.TextView
import org.tallystick.android.CameraFault

/** A view for each screen. Built in code: the sample has no resources to look up. */
internal class ScreenViews(private val context: Context) {
    fun of(screen: Screen, model: WalletModel): View = when (screen) {
        is Screen.Opening, is Screen.Scanning -> waiting()
        is Screen.Closed -> column(large(screen.words))
        is Screen.Phrase -> phrase(screen, model)
        is Screen.Home -> home(screen, model)
        is Screen.Add -> column(
            large("Add a currency?"),
            text("From ${screen.card.host}. Nothing is paid."),
            button("Add it") { model.add(screen) },
            button("Not now", model::home),
        )
        is Screen.Confirm -> confirm(screen, model)
        is Screen.Paying -> paying(screen)
        is Screen.OnItsWay -> column(
            large(screen.total),
            text("On its way. It is paid once, or not at all. You are told when it is known."),
            button("Done", model::home),
        )
        is Screen.Paid -> paid(screen, model)
        is Screen.Receive -> column(large(screen.total), CodeView(context, screen.code), button("Done", model::home))
        is Screen.Told -> column(large(screen.words), button("Done", model::home))
    }

    fun waiting(): View = column(text("One moment"))

    fun closed(screen: Screen.Closed, again: () -> Unit): View = column(large(screen.words), button("Try again", again))

    private fun phrase(screen: Screen.Phrase, model: WalletModel) = column(
        large("Write these words down"),
        text("They are all that helps if this phone is lost. They are shown once."),
        text(screen.words.withIndex().joinToString("\n") { (index, word) -> "${index + 1}. $word" }),
        button("I have written them down", model::home),
    )

    private fun home(screen: Screen.Home, model: WalletModel): View {
        val amount = EditText(context).apply {
            hint = "Amount to ask for"
            inputType = InputType.TYPE_CLASS_NUMBER or InputType.TYPE_NUMBER_FLAG_DECIMAL
        }
        val balances = screen.balances.flatMap { held ->
            listOfNotNull(
                large(held.balance),
                text(held.name),
                held.held?.let(::text),
                button("Receive ${held.name}") { model.receive(held.issuer, amount.text.toString()) },
            )
        }
        val none = text("No currency yet: scan the code of a shop's currency.").takeIf { screen.balances.isEmpty() }
        val asking = amount.takeIf { screen.balances.isNotEmpty() }
        val rows = listOfNotNull(none) + balances + listOfNotNull(asking, button("Scan", model::look))
        return column(*(rows + screen.payments.map(::text)).toTypedArray())
    }

    private fun confirm(screen: Screen.Confirm, model: WalletModel): View {
        val offer = screen.offer
        val pin = EditText(context).apply {
            hint = "PIN"
            inputType = InputType.TYPE_CLASS_NUMBER or InputType.TYPE_NUMBER_VARIATION_PASSWORD
        }.takeIf { offer.needsPin }
        val question = "Pay somebody whom nobody vouches for?".takeIf { screen.askedTwice }
        val act = offer.instead?.let(::large) ?: buttonOnce(offer.button) {
            model.confirm(screen, pin?.text?.toString())
        }
        val told = listOfNotNull(large(offer.total), large(offer.payee), offer.theirWords?.let(::text), offer.after?.let(::text))
        val asked = offer.warnings.map(::text) + listOfNotNull(question?.let(::large), pin, act, button("Not now", model::home))
        return column(*(told + asked).toTypedArray())
    }

    private fun paying(screen: Screen.Paying) = column(
        *listOfNotNull(
            large(screen.total),
            text("Paying"),
            text("This can be closed, it will finish by itself.").takeIf { screen.mayLeave },
        ).toTypedArray(),
    )

    private fun paid(screen: Screen.Paid, model: WalletModel): View {
        val words = screen.mark.words.joinToString(" ")
        val rows = arrayOf(large("Paid ${screen.total}"), text(screen.other), large(words), button("Done", model::home))
        return column(*rows).apply {
            setBackgroundColor(Color.parseColor(screen.mark.hex))
            rows.filterIsInstance<TextView>().filterNot { it is Button }.forEach { it.setTextColor(Color.WHITE) }
            // Said aloud by screen readers when it appears.
            accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_ASSERTIVE
        }
    }

    private fun column(vararg rows: View): View {
        val column = LinearLayout(context).apply {
            orientation = LinearLayout.VERTICAL
            gravity = Gravity.CENTER_HORIZONTAL
            val margin = (MARGIN_DP * resources.displayMetrics.density).toInt()
            setPadding(margin, margin, margin, margin)
            rows.forEach(::addView)
        }
        return ScrollView(context).apply {
            isFillViewport = true
            addView(column)
        }
    }

    private fun text(words: String) = TextView(context).apply { text = words }

    private fun large(words: String) = text(words).apply {
        textSize = LARGE_SP
        gravity = Gravity.CENTER
    }

    private fun button(words: String, tapped: () -> Unit) = Button(context).apply {
        text = words
        // Names of currencies are written as they are.
        isAllCaps = false
        setOnClickListener { tapped() }
    }

    /** One that takes a single tap. */
    private fun buttonOnce(words: String, tapped: () -> Unit) = button(words, tapped).apply {
        setOnClickListener {
            isEnabled = false
            tapped()
        }
    }

    private companion object {
        const val MARGIN_DP = 24
        const val LARGE_SP = 24f
    }
}

/** What to say, and what helps. */
internal fun words(fault: CameraFault): String = when (fault) {
    CameraFault.NOT_PERMITTED -> "Allow the camera in the phone's settings, or tap a link."
    CameraFault.NO_CAMERA -> "This phone has no camera. Tap or share a link instead."
    CameraFault.IN_USE -> "Another app uses the camera. Close it, and scan again."
    CameraFault.DISABLED -> "The camera is switched off on this phone."
    CameraFault.LOST -> "The camera went away. Scan again."
    CameraFault.BROKEN -> "The camera does not work. Restarting the phone may help."
}
