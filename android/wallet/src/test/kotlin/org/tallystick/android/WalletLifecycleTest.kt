package org.tallystick.android

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.tallystick.Wallet
import org.tallystick.WalletInterface
import org.tallystick.WalletSettings
import org.tallystick.core.SecretStore
import org.tallystick.core.WalletException
import org.tallystick.createWallet
import org.tallystick.events
import org.tallystick.use

class WalletLifecycleTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val inFront = MutableStateFlow(true)

    private fun test(body: suspend CoroutineScope.(Wallet) -> Unit) = runBlocking {
        withTimeout(60_000) {
            createWallet(WalletSettings(folder.root.path), OpenSecretStore()).use { (wallet) -> body(wallet) }
        }
    }

    private fun isPaused(wallet: Wallet) =
        runCatching { runBlocking { wallet.balances() } }.exceptionOrNull() is WalletException.Storage

    @Test
    fun `the wallet sleeps while the app cannot be seen`() = test { wallet ->
        val lifecycle = WalletLifecycle(Counted(wallet))
        val following = launch(Dispatchers.Default) { lifecycle.follow(inFront) { throw it } }
        inFront.value = false
        lifecycle.awake.first { !it }
        inFront.value = true
        lifecycle.awake.first { it }
        assertFalse(isPaused(wallet))
        following.cancelAndJoin()
    }

    @Test
    fun `only the last of many changes counts`() = test { wallet ->
        val counted = Counted(wallet)
        val lifecycle = WalletLifecycle(counted)
        // Nobody follows yet, so all of these are one.
        repeat(99) { inFront.value = !inFront.value }
        assertFalse(inFront.value)
        val following = launch(Dispatchers.Default) { lifecycle.follow(inFront) { throw it } }
        counted.done.receive()
        assertEquals(listOf("pause"), counted.calls)
        assertTrue(isPaused(wallet))
        following.cancelAndJoin()
        wallet.resume()
    }

    @Test
    fun `a pause that began is ended, whoever is cancelled`() = test { wallet ->
        val slow = Counted(wallet, CompletableDeferred())
        val lifecycle = WalletLifecycle(slow)
        val following = launch(Dispatchers.Default) { lifecycle.follow(inFront) { throw it } }
        inFront.value = false
        slow.began.receive()
        following.cancel()
        slow.goOn!!.complete(Unit)
        following.join()
        assertTrue(isPaused(wallet))
        wallet.resume()
    }

    @Test
    fun `a wallet that does not wake is told of, and tried again the next time`() = test { wallet ->
        val failures = Channel<WalletException>(Channel.UNLIMITED)
        val failing = Counted(wallet).apply { failure = WalletException.Storage("full", "no room") }
        val lifecycle = WalletLifecycle(failing)
        val following = launch(Dispatchers.Default) { lifecycle.follow(inFront) { failures.trySend(it) } }
        inFront.value = false
        failing.done.receive()
        inFront.value = true
        assertEquals(failing.failure, failures.receive())
        assertFalse(lifecycle.awake.value)
        failing.failure = null
        // A leave that nobody saw, because it was so short, is none.
        while (!lifecycle.awake.value) {
            inFront.value = false
            yield()
            inFront.value = true
            yield()
        }
        following.cancelAndJoin()
    }

    @Test
    fun `loops that end at a pause begin again, also when the pause was short`() = test { wallet ->
        val lifecycle = WalletLifecycle(wallet)
        val following = launch(Dispatchers.Default) { lifecycle.follow(inFront) { throw it } }
        val began = Channel<Unit>(Channel.UNLIMITED)
        val mayEnd = Channel<Unit>(Channel.UNLIMITED)
        val looping = launch(Dispatchers.Default) {
            lifecycle.whileAwake {
                began.send(Unit)
                wallet.events().collect { }
                mayEnd.receive()
            }
        }
        began.receive()
        inFront.value = false
        lifecycle.awake.first { !it }
        inFront.value = true
        lifecycle.awake.first { it }
        // The loop is still busy with its end when the wallet is awake again.
        mayEnd.send(Unit)
        began.receive()
        looping.cancelAndJoin()
        following.cancelAndJoin()
    }

    @Test
    fun `a loop that fails is not begun again in silence`() = test { wallet ->
        val failure = assertThrows(IllegalStateException::class.java) {
            runBlocking { WalletLifecycle(wallet).whileAwake { error("of the app's own") } }
        }
        assertEquals("of the app's own", failure.message)
    }
}

/** A wallet that notes when it is paused and resumed, is slow about it, or does not wake. */
private class Counted(private val wallet: Wallet, val goOn: CompletableDeferred<Unit>? = null) : WalletInterface by wallet {
    val calls = mutableListOf<String>()
    val began = Channel<Unit>(Channel.UNLIMITED)
    val done = Channel<Unit>(Channel.UNLIMITED)
    var failure: WalletException? = null

    override suspend fun pause() {
        calls += "pause"
        began.send(Unit)
        goOn?.await()
        wallet.pause()
        done.send(Unit)
    }

    override suspend fun resume() {
        calls += "resume"
        failure?.let { throw it }
        wallet.resume()
        done.send(Unit)
    }
}

private class OpenSecretStore : SecretStore {
    override fun seal(name: String, secret: ByteArray): ByteArray = secret.reversedArray()
    override fun unseal(name: String, sealed: ByteArray): ByteArray = sealed.reversedArray()
    override fun delete(name: String) = Unit
}
