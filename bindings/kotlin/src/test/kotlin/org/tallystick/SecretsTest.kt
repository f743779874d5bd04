package org.tallystick

import java.nio.file.Path
import java.util.concurrent.CopyOnWriteArrayList
import javax.crypto.Mac
import javax.crypto.SecretKeyFactory
import javax.crypto.spec.PBEKeySpec
import javax.crypto.spec.SecretKeySpec
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.condition.EnabledOnOs
import org.junit.jupiter.api.condition.OS
import org.junit.jupiter.api.io.TempDir
import org.tallystick.core.SecretStore
import org.tallystick.core.WalletException

class SecretsTest {
    @TempDir
    lateinit var folder: Path

    private val wallet get() = folder.resolve("wallet").toString()
    private val store get() = folder.resolve("secrets").toString()

    @Test
    fun `no object shows a secret as text`() = runBlocking<Unit> {
        val secrets = createPassphraseStore(store, PASSPHRASE)
        val made = createWallet(WalletSettings(wallet), secrets)
        val phrase = RecoveryPhrase.parse(made.phrase.reveal().joinToString(" "))
        val shown = listOf(made, made.phrase, phrase, made.wallet, made.wallet.owner(), secrets).joinToString(" ")
        made.phrase.reveal().zipWithNext { one, next ->
            assertFalse(Regex("\\b$one\\W+$next\\b").containsMatchIn(shown), shown)
        }
        assertFalse(PASSPHRASE in shown, shown)
        made.wallet.session { }
    }

    @Test
    fun `no error repeats a secret`() = runBlocking<Unit> {
        createPassphraseStore(store, PASSPHRASE)
        val typed = "$PASSPHRASE ".repeat(24)
        val errors = listOf(
            assertThrows<WalletException> { runBlocking { openPassphraseStore(store, "$PASSPHRASE!") } },
            assertThrows<WalletException> { RecoveryPhrase.parse(typed) },
        )
        for (error in errors) assertFalse(PASSPHRASE in "$error ${error.message}", error.toString())
        assertEquals("authentication_failed", errors.first().code)
    }

    /**
     * Another process opens the wallet; its store of secrets is Rust's own, so no copy in a Kotlin array confuses the
     * search. This one knows the keys, and looks for them there.
     */
    @Test
    @EnabledOnOs(OS.LINUX)
    fun `no byte of a key is in memory after locking`() {
        val keys = runBlocking {
            val secrets = WatchedSecretStore(createPassphraseStore(store, PASSPHRASE))
            val made = createWallet(WalletSettings(wallet), secrets)
            made.wallet.session { }
            keysOf(made.phrase.reveal()) + keysOf(secrets.seen.single())
        }
        val other = OtherProcess.start(SecretsTest::class, store, wallet)
        try {
            other.awaits("unlocked")
            val before = other.memoryHolds(keys)
            other.goOn()
            other.awaits("locked")
            val after = other.memoryHolds(keys)
            other.goOn()
            assertEquals(0, other.ends())
            // Were they not to be found in an open wallet, the search would prove nothing.
            assertTrue(before.containsAll(setOf("wallet seed", "sealing")), "found before locking: $before")
            assertEquals(emptySet<String>(), after)
        } finally {
            other.kill()
        }
    }

    /** What follows from the phrase, as `docs/protocol.md` has it in section 2. */
    private fun keysOf(phrase: List<String>): Map<String, ByteArray> {
        val words = PBEKeySpec(phrase.joinToString(" ").toCharArray(), "mnemonic".toByteArray(), 2048, 512)
        val seed = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512").generateSecret(words).encoded
        val walletSeed = derived(seed, "tallystick-1", "wallet\u0000\u0000\u0000\u0000")
        return mapOf(
            "phrase's seed" to seed,
            "wallet seed" to walletSeed,
            "device key" to derived(walletSeed, "tallystick-1", "device"),
            "list key" to derived(walletSeed, "tallystick-1", "list"),
        )
    }

    /** What follows from the one secret that the platform seals, with which the wallet's file is encrypted. */
    private fun keysOf(dataKey: ByteArray): Map<String, ByteArray> =
        mapOf("data key" to dataKey, "sealing" to derived(dataKey, "tallystick-store-1", "seal")) +
            listOf("index", "search").associateWith { derived(dataKey, "tallystick-store-1", it) }

    /** HKDF-SHA256 (RFC 5869), its first 32 bytes. */
    private fun derived(material: ByteArray, salt: String, purpose: String): ByteArray {
        fun hmac(key: ByteArray, bytes: ByteArray) =
            Mac.getInstance("HmacSHA256").apply { init(SecretKeySpec(key, algorithm)) }.doFinal(bytes)
        return hmac(hmac(salt.toByteArray(), material), purpose.toByteArray() + 1)
    }

    private class WatchedSecretStore(private val inner: SecretStore) : SecretStore {
        val seen = CopyOnWriteArrayList<ByteArray>()

        override fun seal(name: String, secret: ByteArray): ByteArray {
            seen += secret
            return inner.seal(name, secret)
        }

        override fun unseal(name: String, sealed: ByteArray): ByteArray = inner.unseal(name, sealed)

        override fun delete(name: String) = inner.delete(name)
    }

    companion object {
        private const val PASSPHRASE = "correct horse battery"

        /** What runs in the other process. */
        @JvmStatic
        fun main(arguments: Array<String>) = runBlocking<Unit> {
            val (store, wallet) = arguments
            Wallet.open(WalletSettings(wallet), openPassphraseStore(store, PASSPHRASE)).session {
                it.balances()
                println("unlocked")
                readln()
                it.lock()
                println("locked")
                readln()
            }
        }
    }
}
