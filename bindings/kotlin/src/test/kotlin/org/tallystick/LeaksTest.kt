package org.tallystick

import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.deleteRecursively
import kotlin.io.path.listDirectoryEntries
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledOnOs
import org.junit.jupiter.api.condition.OS
import org.junit.jupiter.api.io.TempDir
import org.tallystick.core.FfiConverterTypeSecretStore

/** Whatever a wallet takes it gives back. Counted from outside, in what Linux tells of a process. */
@EnabledOnOs(OS.LINUX)
class LeaksTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `a thousand wallets, opened and closed, leave nothing behind`() {
        // The first ones load classes, and start threads that stay.
        repeat(WARM_UP) { once() }
        val files = count("fd")
        val threads = count("task")
        val stores = FfiConverterTypeSecretStore.handleMap.size
        repeat(WALLETS) { once() }
        // One of each a wallet would be a thousand; the virtual machine itself may take some for its own ends.
        assertTrue(count("fd") <= files + OF_ITS_OWN, "${count("fd")} files open, $files before")
        assertTrue(count("task") <= threads + OF_ITS_OWN, "${count("task")} threads, $threads before")
        assertEquals(stores, FfiConverterTypeSecretStore.handleMap.size)
    }

    /** As an app uses a wallet: made, listened to by somebody who loses interest, paused, resumed, shut down. */
    private fun once() = runBlocking {
        val place = Files.createTempDirectory(folder, "wallet")
        createWallet(WalletSettings(place.toString()), OpenSecretStore()).use { (wallet) ->
            launch(start = CoroutineStart.UNDISPATCHED) { wallet.events().collect { } }.cancelAndJoin()
            wallet.pause()
            wallet.resume()
            wallet.shutDown()
        }
        @OptIn(kotlin.io.path.ExperimentalPathApi::class)
        place.deleteRecursively()
    }

    private fun count(what: String) = Path.of("/proc/self", what).listDirectoryEntries().size

    private companion object {
        const val WARM_UP = 20
        const val WALLETS = 1_000
        const val OF_ITS_OWN = 20
    }
}
