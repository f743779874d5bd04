package org.tallystick.sample

import org.tallystick.core.PaymentPlan
import org.tallystick.core.PlanWarning
import org.tallystick.money.Amount

/**
 * A plan in the words that a person reads before confirming; `docs/ux.md` has the rules.
 *
 * @property payee Who is paid, and who says so. Never the request's own words.
 * @property theirWords What the payee says, in quotes.
 * @property warnings What to know, above the button.
 * @property instead What stands in the button's place, if it cannot be paid like this.
 * @property needsPin The PIN lets it be paid all the same.
 * @property button What the button says: the amount, with its currency.
 * @property asksTwice Nobody vouches for the payee: one more question.
 */
internal data class Offer(
    val plan: PaymentPlan,
    val total: String,
    val payee: String,
    val theirWords: String?,
    val after: String?,
    val warnings: List<String>,
    val instead: String?,
    val needsPin: Boolean,
    val button: String,
    val asksTwice: Boolean,
) {
    companion object {
        fun of(plan: PaymentPlan, locale: String): Offer {
            fun shown(amount: Amount) = plan.currency.format(amount, locale)
            val total = shown(plan.total)
            val blocked = plan.warnings.intersect(setOf(PlanWarning.NOT_ENOUGH, PlanWarning.EXPIRED))
            return Offer(
                plan = plan,
                total = total,
                payee = plan.payee.name?.let { "$it, says ${plan.payee.vouchedBy}" } ?: "Unnamed account",
                theirWords = plan.words?.note?.let { "“$it”" },
                after = (plan.available - plan.total).takeIf { it >= Amount.ZERO }?.let { "Leaves you ${shown(it)}" },
                warnings = plan.warnings.mapNotNull { said(it, plan) },
                instead = when {
                    PlanWarning.EXPIRED in blocked -> "The code is too old. Ask for a new one."
                    PlanWarning.NOT_ENOUGH in blocked -> "You have ${shown(plan.available)}: ${shown(plan.total - plan.available)} is missing."
                    else -> null
                },
                needsPin = PlanWarning.OVER_LIMIT in plan.warnings,
                button = if (PlanWarning.ALREADY_PAID in plan.warnings) "Show that payment" else "Pay $total",
                asksTwice = PlanWarning.UNNAMED_PAYEE in plan.warnings || PlanWarning.ISSUER_DISTRUSTED in plan.warnings,
            )
        }

        /** Null for what is said elsewhere on the screen. */
        private fun said(warning: PlanWarning, plan: PaymentPlan): String? = when (warning) {
            PlanWarning.UNNAMED_PAYEE -> "${plan.payee.vouchedBy} does not say who this is."
            PlanWarning.FIRST_PAYMENT -> "You never paid them before."
            PlanWarning.KEY_CHANGED -> "Their key is another than last time. Ask them why before you pay."
            PlanWarning.NAME_CHANGED -> "They were called ${plan.payee.formerly ?: "something else"} before."
            PlanWarning.ISSUER_DISTRUSTED -> "${plan.payee.vouchedBy} signed two histories that do not agree."
            PlanWarning.ALREADY_PAID -> "You paid this already. Nothing is paid again."
            PlanWarning.BELOW_RESERVE -> "This takes you below what you meant to keep."
            PlanWarning.OVER_LIMIT -> "Over your limit. Your PIN lets this one payment pass."
            PlanWarning.NOT_ENOUGH, PlanWarning.EXPIRED -> null
        }
    }
}
