package org.tallystick

import java.math.BigDecimal
import java.nio.file.Path
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.tallystick.core.AccountKind
import org.tallystick.core.CurrencyInfo
import org.tallystick.core.Direction
import org.tallystick.core.Event
import org.tallystick.core.PayTo
import org.tallystick.core.PaymentState
import org.tallystick.core.PaymentWish
import org.tallystick.money.amount
import org.tallystick.scenarios.Town

/** A screen is turned, an activity ends, a coroutine is cancelled: none of that is an answer to "did I pay?". */
class CancelTest {
    @TempDir
    lateinit var folder: Path

    private val town = Town.start()
    private val secrets = OpenSecretStore()
    private val settings get() = WalletSettings(folder.toString())

    @AfterEach
    fun closeTown() = town.close()

    private fun test(body: suspend CoroutineScope.() -> Unit) = runBlocking { withTimeout(120_000) { body() } }

    private val shop by lazy { town.tell("shop", "name" to "Bakery", "code" to "BUN") }

    private fun JsonObject.text(name: String) = getValue(name).jsonPrimitive.content

    /** A wallet with 20 to spend at the bakery. */
    private suspend fun customer(): Pair<Wallet, CurrencyInfo> {
        val wallet = createWallet(settings, secrets).wallet
        val bun = wallet.addCurrency(shop.text("link"), AccountKind.PRIVATE)
        town.tell("fund", "shop" to "Bakery", "account" to bun.account, "amount" to "20")
        wallet.sync(bun.issuer)
        return wallet to bun
    }

    private fun books() = town.tell("books", "shop" to "Bakery").let { books ->
        assertEquals("[]", books.getValue("faults").toString())
        books.text("balance") to books.text("payments").toInt()
    }

    private fun host(up: Boolean) {
        town.tell(JsonObject(mapOf("do" to JsonPrimitive("host"), "up" to JsonPrimitive(up))))
    }

    @Test
    fun `a payment whose whole screen is destroyed on the way is paid once, and its receipt is there at the next start`() =
        test {
            val (wallet, bun) = customer()
            val request = town.tell("ask", "shop" to "Bakery", "amount" to "3.50").text("link")
            val plan = wallet.plan(PaymentWish(PayTo.Request(request)))
            host(up = false)
            // All that an activity runs ends with it.
            val screen = CoroutineScope(SupervisorJob() + Dispatchers.Default)
            val paying = screen.launch { wallet.pay(plan) }
            val looking = screen.launch { wallet.balanceUpdates().collect { } }
            // Confirmed and written down, but the host is out of reach: the payment is on its way.
            val submitted = wallet.events().mapNotNull { it.event as? Event.PaymentSubmitted }.first()
            screen.cancel()
            listOf(paying, looking).joinAll()
            assertEquals(1, wallet.pendingPayments().size)
            wallet.use { it.shutDown() }
            host(up = true)

            Wallet.open(settings, secrets).session { again ->
                val settled = again.waitForPayment(submitted.payment, 60_000u)
                assertEquals(PaymentState.SETTLED, settled.state)
                assertNotNull(again.payment(submitted.payment).receipt)
                // Another tap on the same plan finds the same payment.
                assertEquals(submitted.payment, again.pay(plan).payment)
                assertEquals(bun.currency.amount(BigDecimal("16.5")), again.balance(bun.issuer).balance)
            }
            assertEquals("3.50" to 1, books())
        }

    @Test
    fun `whenever a payment is cancelled, what the wallet says and what the shop got are the same`() = test {
        val (wallet, bun) = customer()
        val keys = (0 until 30).map { moment ->
            val counter = PayTo.Account(bun.issuer, shop.text("account"))
            val plan = wallet.plan(PaymentWish(counter, amount = bun.currency.amount(BigDecimal("0.1"))))
            val paying = launch(Dispatchers.Default) { wallet.pay(plan) }
            // Cancelled a little later each time, before it begins and after it has ended too.
            repeat(moment * moment) { yield() }
            paying.cancelAndJoin()
            plan.idempotencyKey
        }
        wallet.use { it.shutDown() }

        Wallet.open(settings, secrets).session { again ->
            val begun = keys.mapNotNull { again.paymentWithKey(it) }
            assertTrue(begun.isNotEmpty())
            begun.forEach { assertEquals(PaymentState.SETTLED, again.waitForPayment(it.payment, 60_000u).state) }
            val paid = again.payments().toList().filter { it.direction == Direction.OUT }
            assertEquals(begun.map { it.payment }.toSet(), paid.map { it.payment }.toSet())
            val spent = bun.currency.amount(BigDecimal("0.1").multiply(begun.size.toBigDecimal()))
            assertEquals(bun.currency.decimalText(spent) to begun.size, books())
        }
    }
}
