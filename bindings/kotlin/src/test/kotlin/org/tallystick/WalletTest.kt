package org.tallystick

import java.nio.file.Path
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import org.tallystick.core.SecretStore
import org.tallystick.core.SecretStoreException
import org.tallystick.core.WalletException

class WalletTest {
    @TempDir
    lateinit var folder: Path

    private val settings get() = WalletSettings(folder.toString())

    private suspend fun create(secrets: SecretStore = OpenSecretStore()) {
        createWallet(settings, secrets).use { it.wallet.shutDown() }
    }

    private fun failureToOpen(secrets: SecretStore = OpenSecretStore()) =
        assertThrows<WalletException> { runBlocking { Wallet.open(settings, secrets).close() } }

    @Test
    fun `a wallet is made, opened again, and tells its balances`() = runBlocking<Unit> {
        createWallet(settings, OpenSecretStore()).use { made ->
            assertEquals(24, made.phrase.reveal().size)
            assertTrue(made.wallet.balances().isEmpty())
            made.wallet.shutDown()
        }
        Wallet.open(settings, OpenSecretStore()).use { wallet -> assertTrue(wallet.balances().isEmpty()) }
    }

    @Test
    fun `a folder without a wallet is a typed error`() {
        val error = failureToOpen()
        assertTrue(error is WalletException.Storage)
        assertEquals("wallet_absent", error.stableCode())
    }

    @Test
    fun `a wallet opens once at a time`() = runBlocking<Unit> {
        createWallet(settings, OpenSecretStore()).use {
            assertEquals("wallet_in_use", failureToOpen().stableCode())
        }
    }

    @Test
    fun `a wallet that is shut down answers with an error and not with old balances`() = runBlocking<Unit> {
        createWallet(settings, OpenSecretStore()).use { made ->
            made.wallet.shutDown()
            val error = assertThrows<WalletException> { runBlocking { made.wallet.balances() } }
            assertTrue(error.stableCode() in setOf("locked", "closed"), error.toString())
        }
    }

    @Test
    fun `what the secret store says comes back as it was said`() = runBlocking<Unit> {
        create()
        val error = failureToOpen(FailingSecretStore(SecretStoreException.UserCancelled()))
        assertEquals("user_cancelled", error.stableCode())
        assertEquals("cancelled", error.toString())
    }

    @Test
    fun `what the secret store throws unasked is contained and not repeated`() = runBlocking<Unit> {
        create()
        val error = failureToOpen(FailingSecretStore(IllegalStateException("the seed is abandon abandon")))
        assertEquals("secrets_other", error.stableCode())
        assertFalse("abandon" in "$error ${error.message}")
    }

    @Test
    fun `a certificate that is none is named as what is wrong`() {
        val odd = WalletSettings(folder.toString(), listOf(byteArrayOf(1, 2, 3)))
        val error = assertThrows<WalletException.InvalidInput> { runBlocking { createWallet(odd, OpenSecretStore()) } }
        assertEquals("extra_roots", error.field)
    }

    @Test
    fun `a cancelled call goes on to its end`() = runBlocking<Unit> {
        val secrets = AskingSecretStore()
        val call = async(Dispatchers.Default) { createWallet(settings, secrets) }
        secrets.asked.await()
        call.cancelAndJoin()
        secrets.answered.countDown()

        // Nobody waits for the call any more, so its end shows only in the folder: no wallet, in use, a wallet.
        withTimeout(30_000) { while (!opens()) delay(5) }
    }

    private suspend fun opens(): Boolean =
        try {
            Wallet.open(settings, OpenSecretStore()).use { true }
        } catch (notYet: WalletException) {
            assertEquals("wallet_in_use", notYet.stableCode())
            false
        }
}
