package org.tallystick.scenarios

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.tallystick.core.ExportFormat
import org.tallystick.core.ExportQuery
import org.tallystick.core.HistoryQuery
import org.tallystick.core.KeyCapabilities
import org.tallystick.core.PayTo
import org.tallystick.core.PaymentPlan
import org.tallystick.core.PaymentWish
import org.tallystick.core.PriceWish
import org.tallystick.core.RequestLine
import org.tallystick.core.RequestWish
import org.tallystick.core.TipWish
import org.tallystick.money.Amount

private const val PATIENCE_MS = 30_000u

/** Money that goes. */
suspend fun Phone.paying(kind: String, words: Words): JsonObject = when (kind) {
    "plan" -> keep(wallet.plan(wish(words)), words)
    "plan_refund" -> {
        val amount = words.text("amount")?.let { amount(wallet.payment(words.payment()).payment.issuer, it) }
        keep(wallet.planRefund(words.payment(), amount, words.text("memo")), words)
    }
    "ways" -> wallet.waysToPay(wish(words)).let { choices ->
        buildJsonObject {
            put("ways", choices.ways.size)
            put("decided", choices.decided)
            put("obstacles", texts(choices.obstructed.map { snake(it.obstacle) }))
        }
    }
    "pay" -> pay(plans.getValue(words.plan()), words)
    "pending" -> wallet.pendingPayments().let { pending -> buildJsonObject { put("payments", pending.size) } }
    else -> shape(wallet.waitForPayment(words.payment(), words.patience() ?: PATIENCE_MS))
}

private fun Phone.keep(plan: PaymentPlan, words: Words): JsonObject {
    plans[words.plan()] = plan
    return shape(plan)
}

/** Confirms a plan, by as many taps at once as the step says: all must come to the same payment. */
private suspend fun Phone.pay(plan: PaymentPlan, words: Words): JsonObject {
    words.text("pin")?.let { pin -> return shape(wallet.payOverLimit(plan, pin, words.patience())) }
    val payments = coroutineScope {
        List(words.number("taps")?.toInt() ?: 1) {
            async(Dispatchers.Default) { wallet.pay(plan, words.patience()) }
        }.awaitAll()
    }
    check(payments.distinctBy { it.payment }.size == 1) { "all taps are one payment: $payments" }
    return shape(payments.first())
}

private suspend fun Phone.wish(words: Words): PaymentWish {
    val link = words.text("link")
    return PaymentWish(
        to = if (link != null) PayTo.Request(link) else PayTo.Account(words.issuer(), words.must("account")),
        issuer = words.text("issuer"),
        amount = words.text("amount")?.let { amount(words.issuer(), it) },
        tip = words.text("tip")?.let { amount(words.issuer(), it) },
        memo = words.text("memo"),
        idempotencyKey = words.text("key"),
    )
}

/** Money that comes. */
suspend fun Phone.receiving(kind: String, words: Words): JsonObject = when (kind) {
    "ask" -> shape(wallet.requestPayment(requestWish(words)))
    "request" -> shape(wallet.request(words.must("request")))
    "cancel" -> shape(wallet.cancelRequest(words.must("request")))
    "paid" -> shape(wallet.waitForRequest(words.must("request"), words.patience() ?: PATIENCE_MS))
    "receipt_link" -> wallet.receiptLink(words.payment()).let { link -> buildJsonObject { put("link", link.text()) } }
    else -> shape(wallet.findReceipt(words.must("link")))
}

private suspend fun Phone.requestWish(words: Words): RequestWish {
    val prices = words.list("prices").orEmpty().map { Words(it as JsonObject) }.map { price ->
        PriceWish(price.issuer(), amount(price.issuer(), price.text("amount")))
    }
    return RequestWish(
        prices = prices,
        seconds = words.number("seconds"),
        reusable = words.yes("reusable"),
        reference = words.text("reference")?.toByteArray(),
        tip = if (words.yes("free_tip")) TipWish.Free else TipWish.NoTip,
        lines = words.texts("lines").map { RequestLine(it, 1_000, prices.first().amount ?: Amount.ZERO) },
        note = words.text("note"),
    )
}

/** What was paid. */
suspend fun Phone.history(kind: String, words: Words): JsonObject = when (kind) {
    "payment" -> shape(wallet.payment(words.payment()).payment)
    "export" -> {
        val chunk = wallet.exportChunk(ExportQuery(ExportFormat.valueOf(words.must("format").uppercase())))
        buildJsonObject {
            put("lines", chunk.text.reader().readLines().size)
            put("payments", chunk.payments)
            put("more", chunk.next != null)
        }
    }
    else -> {
        val limit = words.number("limit")?.toUInt() ?: 50u
        val page = wallet.history(HistoryQuery(words.text("issuer"), words.text("text"), words.text("before"), limit))
        val payments = page.payments.map { shape(it) }
        buildJsonObject {
            put("payments", JsonArray(payments))
            put("more", page.next != null)
            put("next", page.next)
        }
    }
}

/** For somebody else's account. */
suspend fun Phone.acting(kind: String, words: Words): JsonObject = when (kind) {
    "device_key" -> wallet.deviceKey().let { key -> buildJsonObject { put("key", key) } }
    "grant_link" -> wallet.grantLink(words.issuer()).let { link -> buildJsonObject { put("link", link.text()) } }
    "act_for" -> wallet.actFor(words.must("link")).let { info -> buildJsonObject { put("account", info.account) } }
    "cancel_grant" -> wallet.owner().use { owner ->
        val grant = owner.cancelGrant(words.issuer(), words.must("grant"))
        buildJsonObject { put("state", snake(grant.state)) }
    }
    else -> wallet.owner().use { owner ->
        val may = words.texts("may")
        val capabilities =
            KeyCapabilities("pay" in may, "receive" in may, "refund" in may, "view" in may, "attest" in may)
        val limit = amount(words.issuer(), words.text("limit"))
        val grant = owner.grantKey(words.issuer(), words.must("key"), capabilities, words.number("until")!!, limit)
        buildJsonObject {
            put("grant", grant.grant)
            put("state", snake(grant.state))
        }
    }
}
