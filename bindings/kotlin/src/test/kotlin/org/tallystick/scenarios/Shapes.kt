package org.tallystick.scenarios

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.tallystick.core.PaymentPlan
import org.tallystick.core.RequestInfo
import org.tallystick.core.Scanned

/** The name of a variant in snake case, as all languages have it here: `first_payment`. */
fun snake(variant: Any): String =
    if (variant is Enum<*>) variant.name.lowercase()
    else variant.javaClass.simpleName.replace(Regex("(?<!^)[A-Z]")) { "_${it.value}" }.lowercase()

fun texts(words: Iterable<String>): JsonArray = JsonArray(words.map(::JsonPrimitive))

fun shape(request: RequestInfo): JsonObject = buildJsonObject {
    put("request", request.request)
    put("link", request.link)
    put("prices", request.prices.size)
    put("reusable", request.reusable)
    put("paid", request.paidBy.size)
    put("cancelled", request.cancelled)
}

fun shape(plan: PaymentPlan): JsonObject = buildJsonObject {
    put("issuer", plan.issuer)
    put("total", plan.currency.decimalText(plan.total))
    put("tip", plan.tip?.let(plan.currency::decimalText))
    put("payee", plan.payee.name)
    put("available", plan.currency.decimalText(plan.available))
    put("memo", plan.memo)
    put("warnings", texts(plan.warnings.map(::snake)))
    put("paid_already", plan.earlierPayment != null)
}

fun shape(scanned: Scanned): JsonObject = buildJsonObject {
    put("kind", snake(scanned))
    val told = when (scanned) {
        is Scanned.Request -> scanned.link
        is Scanned.Card -> scanned.link.text()
        is Scanned.Grant -> scanned.link.text()
        is Scanned.Receipt -> scanned.link.text()
        is Scanned.Key -> scanned.link.text()
        is Scanned.Broken -> scanned.rule
        is Scanned.Foreign -> snake(scanned.system)
        is Scanned.Web -> scanned.host
        is Scanned.Text -> scanned.text
        else -> null
    }
    put("text", told)
}
