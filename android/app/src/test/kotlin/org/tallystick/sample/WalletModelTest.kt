package org.tallystick.sample

import java.util.concurrent.Executors
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.tallystick.Wallet
import org.tallystick.WalletSettings
import org.tallystick.core.PlanWarning
import org.tallystick.core.SecretStore
import org.tallystick.createWallet
import org.tallystick.scenarios.Town

/** The sample without its views, at real shops. */
class WalletModelTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val town = Town.start()
    private val scope = CoroutineScope(Executors.newSingleThreadExecutor().asCoroutineDispatcher())
    private val wallet: Wallet by lazy {
        runBlocking { createWallet(WalletSettings(folder.root.resolve("wallet").path), OpenSecretStore()).wallet }
    }
    private val model by lazy { WalletModel(wallet, scope, "en") }
    private val shop by lazy { town.tell("shop", "name" to "Bakery", "code" to "BUN") }

    @After
    fun close() {
        scope.cancel()
        wallet.use { runBlocking { it.shutDown() } }
        town.close()
    }

    private fun JsonObject.text(name: String) = getValue(name).jsonPrimitive.content

    private inline fun <reified T : Screen> shows(): T =
        runBlocking { withTimeoutOrNull(60_000) { model.screen.filterIsInstance<T>().first() } }
            ?: throw AssertionError("shown instead: ${model.screen.value}")

    private fun customer(): Held {
        model.opened(shop.text("link"))
        model.add(shows<Screen.Add>())
        val added = shows<Screen.Home>().balances.single()
        val account = runBlocking { wallet.currency(added.issuer).account }
        town.tell("fund", "shop" to "Bakery", "account" to account, "amount" to "20")
        runBlocking { wallet.sync(added.issuer) }
        return added
    }

    private fun asked(amount: String): Screen.Confirm {
        model.opened(town.tell("ask", "shop" to "Bakery", "amount" to amount).text("link"))
        return shows()
    }

    private fun balance() = town.tell("books", "shop" to "Bakery").text("balance")

    @Test
    fun `scan, look, confirm, paid`() {
        customer()
        val confirm = asked("3.50")
        assertEquals("Pay 3.50\u00a0BUN", confirm.offer.button)
        assertTrue(confirm.offer.payee, " says " in confirm.offer.payee)
        assertEquals("0.00", balance())
        // A second tap finds another screen.
        repeat(2) { model.confirm(confirm) }
        val paid = shows<Screen.Paid>()
        assertEquals(2, paid.mark.words.size)
        assertEquals("3.50" to "1", balance() to town.tell("books", "shop" to "Bakery").text("payments"))
    }

    @Test
    fun `more than there is cannot be confirmed`() {
        customer()
        val confirm = asked("21")
        val missing = confirm.offer.instead.orEmpty()
        assertTrue(missing, "missing" in missing)
        model.confirm(confirm)
        assertEquals(confirm, model.screen.value)
    }

    @Test
    fun `whom nobody vouches for is asked about twice`() {
        customer()
        val offer = asked("1").offer
        val unnamed = offer.plan.copy(payee = offer.plan.payee.copy(name = null), warnings = listOf(PlanWarning.UNNAMED_PAYEE))
        val strange = Offer.of(unnamed, "en")
        assertTrue(strange.asksTwice)
        assertEquals("Unnamed account", strange.payee)
        assertFalse(offer.asksTwice)
    }

    @Test
    fun `every warning has words, or stands in the button's place, or asks for the PIN`() {
        customer()
        val plan = asked("1").offer.plan
        for (warning in PlanWarning.entries) {
            val offer = Offer.of(plan.copy(warnings = listOf(warning)), "en")
            assertTrue(warning.name, offer.warnings.size == 1 || offer.instead != null)
        }
        assertNull(Offer.of(plan.copy(warnings = emptyList()), "en").instead)
    }

    @Test
    fun `an amount is asked for with a code`() {
        val held = customer()
        model.receive(held.issuer, "2.5")
        val receive = shows<Screen.Receive>()
        assertEquals("2.50\u00a0BUN", receive.total)
        assertTrue(receive.code.width.toInt() >= 21)
    }

    @Test
    fun `what asks for no payment is said to ask for none`() {
        model.opened("https://bakery.example/")
        assertTrue(shows<Screen.Told>().words.startsWith("This is a page of bakery.example"))
        model.opened("tallystick:p/AAAAAAAA")
        assertEquals("The code is damaged. Scan it again.", shows<Screen.Told>().words)
    }
}

private class OpenSecretStore : SecretStore {
    override fun seal(name: String, secret: ByteArray): ByteArray = secret.reversedArray()
    override fun unseal(name: String, sealed: ByteArray): ByteArray = sealed.reversedArray()
    override fun delete(name: String) = Unit
}
