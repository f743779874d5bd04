package org.tallystick.scenarios

import java.nio.file.Path
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.tallystick.OpenSecretStore
import org.tallystick.RecoveryPhrase
import org.tallystick.Wallet
import org.tallystick.WalletSettings
import org.tallystick.core.AccountKind
import org.tallystick.core.Payment
import org.tallystick.core.PaymentPlan
import org.tallystick.core.SpendingLimits
import org.tallystick.createWallet
import org.tallystick.money.Amount
import org.tallystick.restoreWallet
import org.tallystick.restoreWalletAfterLoss

/** Somebody's phone: a folder, a keystore, and the wallet while it is open. */
class Phone(private val folder: Path) : AutoCloseable {
    private val secrets = OpenSecretStore()
    private var open: Wallet? = null
    private var words24: RecoveryPhrase? = null
    private var eventsAfter = 0L

    /** The plans that were made, by their names. */
    val plans = mutableMapOf<String, PaymentPlan>()

    val wallet: Wallet get() = open ?: error("no wallet is open")

    private val settings get() = WalletSettings(folder.resolve("wallet").toString())

    fun phrase(): RecoveryPhrase = words24 ?: error("no phrase is known")

    /** Takes a step, and gives what it gives in the form of all languages. */
    suspend fun take(words: Words): JsonElement = when (val kind = words.must("do")) {
        "create" -> done {
            val made = createWallet(settings, secrets)
            use(made.wallet)
            words24 = made.phrase
        }
        "open" -> done { use(Wallet.open(settings, secrets)) }
        "lock" -> done { wallet.lock() }
        "unlock" -> done { wallet.unlock() }
        "pause" -> done { wallet.pause() }
        "resume" -> done { wallet.resume() }
        "shut_down" -> done { wallet.shutDown() }
        "set_pin" -> done { wallet.setPin(words.must("pin"), words.text("present_pin")) }
        "remove_pin" -> done { wallet.removePin(words.must("pin")) }
        "check_pin" -> done { wallet.checkPin(words.must("pin")) }
        "unlock_with_pin" -> done { wallet.unlockWithPin(words.must("pin")) }
        "set_limits" -> done {
            val issuer = words.issuer()
            val limits = SpendingLimits(amount(issuer, words.text("per_payment")), amount(issuer, words.text("per_day")))
            wallet.setSpendingLimits(issuer, limits, words.text("pin"))
        }
        "app_lock" -> wallet.appLock().let { lock ->
            buildJsonObject {
                put("locked", lock.locked)
                put("pin_set", lock.pinSet)
                put("wrong_pins", lock.wrongPins)
                put("must_wait", lock.waitSeconds > 0)
            }
        }
        "add" -> add(words)
        "sync" -> done { wallet.sync(words.issuer()) }
        "balance" -> wallet.balance(words.issuer()).run {
            buildJsonObject {
                put("balance", currency.decimalText(balance))
                put("held", currency.decimalText(held))
                put("available", currency.decimalText(available))
            }
        }
        "currencies" -> buildJsonObject { put("codes", texts(wallet.currencies().map { it.currency.code })) }
        "rekey" -> wallet.rekey(phrase()).let { report ->
            buildJsonObject {
                put("done", report.done.size)
                put("generation", report.generation.toLong())
                put("complete", report.complete)
            }
        }
        "events" -> buildJsonObject { put("names", texts(events())) }
        "plan", "ways", "plan_refund", "pay", "wait", "pending" -> paying(kind, words)
        "ask", "request", "paid", "cancel", "receipt_link", "find_receipt" -> receiving(kind, words)
        "history", "payment", "export" -> history(kind, words)
        "device_key", "grant_key", "cancel_grant", "grant_link", "act_for" -> acting(kind, words)
        else -> error("no step is called `$kind`")
    }

    private fun use(wallet: Wallet) {
        // A phone that is opened again has shut its wallet down before; the object is still to be freed.
        open?.close()
        open = wallet
    }

    private suspend fun add(words: Words): JsonObject {
        val kind = if (words.yes("public")) AccountKind.PUBLIC else AccountKind.PRIVATE
        val added = wallet.addCurrency(words.must("link"), kind)
        return buildJsonObject {
            put("issuer", added.issuer)
            put("account", added.account)
            put("name", added.issuerName)
            put("code", added.currency.code)
            put("decimals", added.currency.decimals.toInt())
            put("promise", added.promise)
            put("opened", added.opened)
        }
    }

    private suspend fun events(): List<String> = buildList {
        while (true) {
            val (sequence, event) = wallet.tryNextEvent(eventsAfter) ?: break
            add(snake(event))
            eventsAfter = sequence
            wallet.ack(sequence)
        }
    }

    /** An amount as scenarios write them: exact decimal text in whole units of the currency. */
    suspend fun amount(issuer: String, text: String?): Amount? =
        text?.let { wallet.currency(issuer).currency.amountOfText(it) }

    private suspend fun text(issuer: String, amount: Amount?): String? =
        amount?.let { wallet.currency(issuer).currency.decimalText(it) }

    suspend fun shape(payment: Payment): JsonObject {
        val amount = text(payment.issuer, payment.amount)
        val tip = text(payment.issuer, payment.tip)
        val refunded = text(payment.issuer, payment.refunded)
        return buildJsonObject {
            put("payment", payment.payment)
            put("state", snake(payment.state))
            put("direction", snake(payment.direction))
            put("amount", amount)
            put("tip", tip)
            put("memo", payment.memo)
            put("counterpart", payment.counterpartName)
            put("refusal", payment.refusal)
            put("refunded", refunded)
            put("repays", payment.repays)
        }
    }

    override fun close() {
        open?.use { runBlocking { it.shutDown() } }
        words24?.close()
    }

    companion object {
        /** A new phone with the wallet of a phrase. */
        suspend fun restored(folder: Path, phrase: RecoveryPhrase, words: Words): Pair<Phone, JsonObject> {
            val phone = Phone(folder)
            val restore = if (words.yes("after_loss")) ::restoreWalletAfterLoss else ::restoreWallet
            val back = restore(phone.settings, phone.secrets, phrase, words.must("link"))
            phone.use(back.wallet)
            phone.words24 = RecoveryPhrase.parse(phrase.reveal().joinToString(" "))
            return phone to buildJsonObject {
                put("restored", back.restored.restored.size)
                put("complete", back.restored.complete)
                put("rekeyed", back.rekeyed?.done?.size)
            }
        }
    }
}

/** Does something that gives nothing. */
suspend fun done(what: suspend () -> Unit): JsonObject {
    what()
    return JsonObject(emptyMap())
}
