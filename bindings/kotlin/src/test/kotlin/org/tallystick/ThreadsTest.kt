package org.tallystick

import java.nio.file.Path
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.Executors
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** An app has one thread that draws; whatever else happens there shows as a frozen screen. */
class ThreadsTest {
    @TempDir
    lateinit var folder: Path

    private val settings get() = WalletSettings(folder.toString())

    private fun onMain(body: suspend () -> Unit) =
        Executors.newSingleThreadExecutor { Thread(it, MAIN) }.asCoroutineDispatcher().use { main ->
            runBlocking { withTimeout(60_000) { withContext(main) { body() } } }
        }

    @Test
    fun `the main thread is free while the wallet works for it`() = onMain {
        val secrets = AskingSecretStore()
        val opening = kotlinx.coroutines.coroutineScope {
            val opening = async { createWallet(settings, secrets) }
            // The wallet is stopped in the middle of its work now, and would stop its thread with it.
            withContext(Dispatchers.IO) { secrets.asked.await() }
            var frames = 0
            launch { frames += 1 }.join()
            assertTrue(frames == 1 && Thread.currentThread().name.startsWith(MAIN))
            secrets.answered.countDown()
            opening
        }
        opening.await().wallet.session { }
    }

    @Test
    fun `the wallet works on threads of its own`() = onMain {
        val secrets = NamingSecretStore()
        createWallet(settings, secrets).wallet.session { wallet ->
            wallet.lock()
            wallet.unlock()
        }
        assertTrue(secrets.threads.isNotEmpty())
        assertFalse(secrets.threads.any { it.startsWith(MAIN) }, secrets.threads.toString())
    }

    private class NamingSecretStore : OpenSecretStore() {
        val threads: MutableSet<String> = ConcurrentHashMap.newKeySet()

        override fun seal(name: String, secret: ByteArray): ByteArray {
            threads += Thread.currentThread().name
            return super.seal(name, secret)
        }

        override fun unseal(name: String, sealed: ByteArray): ByteArray {
            threads += Thread.currentThread().name
            return super.unseal(name, sealed)
        }
    }

    private companion object {
        const val MAIN = "the app's main thread"
    }
}
