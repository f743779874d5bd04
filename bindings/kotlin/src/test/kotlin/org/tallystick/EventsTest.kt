package org.tallystick

import java.nio.file.Path
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import org.tallystick.core.Balance
import org.tallystick.core.Currency
import org.tallystick.core.Event
import org.tallystick.core.NumberedEvent
import org.tallystick.core.WalletException
import org.tallystick.money.Amount

/** Events and balances from a script: first what stands in the outbox, then whatever is sent, until it is closed. */
private class ScriptedWallet(waiting: Int = 0) : Wallet(NoHandle) {
    private val outbox = (1L..waiting).toMutableList()
    private val news = Channel<Long>(Channel.UNLIMITED)
    val acknowledged = mutableListOf<Long>()
    var held = 0L
    var pauseAtBalances = false

    fun happen(sequence: Long) {
        news.trySend(sequence)
    }

    fun end() {
        news.close()
    }

    override suspend fun tryNextEvent(after: Long): NumberedEvent? {
        while (true) outbox += news.tryReceive().getOrNull() ?: break
        return outbox.firstOrNull { it > after }?.let(::numbered)
    }

    override suspend fun nextEvent(after: Long): NumberedEvent? {
        tryNextEvent(after)?.let { return it }
        outbox += news.receiveCatching().getOrNull() ?: return null
        return tryNextEvent(after)
    }

    override suspend fun ack(sequence: Long) {
        acknowledged += sequence
    }

    override suspend fun balances(): List<Balance> {
        if (pauseAtBalances) throw WalletException.Storage("paused", "the wallet is paused")
        return listOf(balance(held))
    }
}

private fun numbered(sequence: Long) = NumberedEvent(sequence, Event.BalanceChanged("issuer"))

private fun balance(amount: Long): Balance {
    val currency = Currency("BREAD", "Bread", "", 2u)
    return Balance("issuer", currency, Amount(amount), Amount.ZERO, Amount(amount), false, null)
}

class EventsTest {
    @TempDir
    lateinit var folder: Path

    private fun test(body: suspend () -> Unit) = runBlocking { withTimeout(60_000) { body() } }

    @Test
    fun `events come in order, after the number that was asked for, until the wallet is closed`() = test {
        val wallet = ScriptedWallet(waiting = 3)
        wallet.happen(7)
        wallet.end()
        assertEquals(listOf(2L, 3L, 7L), wallet.events(after = 1).toList().map { it.sequence })
    }

    @Test
    fun `an event is acknowledged when it was handled and not before`() = test {
        val wallet = ScriptedWallet(waiting = 3)
        val seen = mutableListOf<List<Long>>()
        val failure = assertThrows<IllegalStateException> {
            runBlocking {
                wallet.handleEvents {
                    seen += wallet.acknowledged.toList()
                    check(seen.size < 3) { "the third cannot be handled" }
                }
            }
        }
        assertEquals("the third cannot be handled", failure.message)
        assertEquals(listOf(emptyList(), listOf(1L), listOf(1L, 2L)), seen)
        assertEquals(listOf(1L, 2L), wallet.acknowledged)
    }

    @Test
    fun `balances are told once for any number of events, and again only if they are others`() = test {
        val wallet = ScriptedWallet(waiting = 5)
        val seen = mutableListOf<Long>()
        wallet.balanceUpdates().collect { (balance) ->
            seen += balance.balance.smallestUnits
            when (balance.balance.smallestUnits) {
                // An event that changes nothing, then one that does.
                0L -> {
                    wallet.happen(6)
                    wallet.held = 10
                    wallet.happen(7)
                }
                // Two changes while the collector is busy: only the last one shows.
                10L -> {
                    wallet.held = 20
                    wallet.happen(8)
                    wallet.held = 30
                    wallet.happen(9)
                }
                else -> wallet.end()
            }
        }
        assertEquals(listOf(0L, 10L, 30L), seen)
    }

    @Test
    fun `balances end when the wallet is paused between two calls`() = test {
        val wallet = ScriptedWallet()
        val seen = mutableListOf<List<Balance>>()
        wallet.balanceUpdates().collect {
            seen += it
            wallet.pauseAtBalances = true
            wallet.happen(1)
        }
        assertEquals(1, seen.size)
    }

    @Test
    fun `the flows of a wallet end when it is shut down, at once or later`() = test {
        createWallet(WalletSettings(folder.toString()), OpenSecretStore()).use { (wallet) ->
            runBlocking(Dispatchers.Default) {
                val first = Channel<Unit>(Channel.UNLIMITED)
                launch { wallet.events().collect { } }
                launch { wallet.connectionUpdates().collect { first.send(Unit) } }
                launch { wallet.balanceUpdates().collect { first.send(Unit) } }
                repeat(2) { first.receive() }
                wallet.shutDown()
            }
            assertEquals(emptyList<NumberedEvent>(), wallet.events().toList())
            assertEquals(emptyList<List<Balance>>(), wallet.balanceUpdates().toList())
        }
    }

    @Test
    fun `a locked wallet says so instead of telling nothing`() = test {
        createWallet(WalletSettings(folder.toString()), OpenSecretStore()).use { (wallet) ->
            assertEquals(1, wallet.balanceUpdates().take(1).toList().size)
            wallet.lock()
            assertThrows<WalletException.Locked> { runBlocking { wallet.events().collect() } }
            assertThrows<WalletException.Locked> { runBlocking { wallet.balanceUpdates().collect() } }
        }
    }

    @Test
    fun `a collector that was cancelled keeps nothing of the wallet alive`() = test {
        val settings = WalletSettings(folder.toString())
        createWallet(settings, OpenSecretStore()).use { (wallet) ->
            runBlocking {
                // Undispatched, so that it is inside the wallet's wait when it is cancelled.
                launch(start = CoroutineStart.UNDISPATCHED) { wallet.events().collect { } }.cancelAndJoin()
            }
        }
        // Never shut down, only freed: had something gone on waiting, it would hold the files for ever.
        while (runCatching { Wallet.open(settings, OpenSecretStore()).close() }.isFailure) yield()
    }
}
