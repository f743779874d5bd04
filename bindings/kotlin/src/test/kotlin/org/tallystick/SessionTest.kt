package org.tallystick

import java.nio.file.Path
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import org.tallystick.core.WalletException

class SessionTest {
    @TempDir
    lateinit var folder: Path

    private val settings get() = WalletSettings(folder.toString())

    private suspend fun open() = Wallet.open(settings, OpenSecretStore())

    private fun made(): Unit = runBlocking { createWallet(settings, OpenSecretStore()).wallet.session { } }

    @Test
    fun `a session gives what its work gives, and leaves the folder free`() = runBlocking<Unit> {
        made()
        assertEquals(0, open().session { it.balances().size })
        val wallet = open()
        wallet.session { }
        assertThrows<IllegalStateException> { runBlocking { wallet.balances() } }
    }

    @Test
    fun `a session that fails closes its files and fails as its work did`() = runBlocking<Unit> {
        made()
        val failure = IllegalStateException("of the app's own")
        assertSame(failure, assertThrows<IllegalStateException> { runBlocking { open().session { throw failure } } })
        open().session { }
    }

    @Test
    fun `a session that is cancelled closes its files`() = runBlocking<Unit> {
        made()
        val under = CompletableDeferred<Unit>()
        val work = launch(Dispatchers.Default) {
            open().session {
                under.complete(Unit)
                awaitCancellation()
            }
        }
        under.await()
        work.cancelAndJoin()
        open().session { }
    }

    @Test
    fun `errors have a code to decide by and a text to show`() {
        val error = assertThrows<WalletException> { runBlocking { open() } }
        assertEquals("wallet_absent", error.code)
        assertTrue(error.userText.isNotEmpty() && "fault=" !in error.userText, error.userText)
        val refused: WalletException = WalletException.Refused("payee_unknown")
        assertEquals("payee_unknown", refused.code)
        assertEquals("the issuer refused: payee_unknown", refused.userText)
    }
}
