package org.tallystick

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.tallystick.core.CodeLevel
import org.tallystick.core.RustBuffer as CoreBuffer
import org.tallystick.core.WalletException

class FaultsTest {
    /**
     * The shipped library has nothing that panics on demand. What generated code never sends does it: a level of codes
     * that there is not. (A panic in the middle of a wallet's own work is tested in Rust.)
     */
    @Test
    fun `a panic in Rust becomes an exception and the process lives`() {
        repeat(100) {
            val fault = assertThrows<InternalException> { runBlocking { panicking() } }
            assertTrue("CodeLevel" in fault.message!!, fault.message)
        }
        assertEquals(21, codeModules("tally", CodeLevel.SCREEN).width.toInt())
    }

    /** A plain call, through what checks the outcome of the asynchronous ones: the check of the others is private. */
    private suspend fun panicking() = uniffiRustCallAsync(
        0,
        { _, callback, waiter -> callback.callback(waiter, UNIFFI_RUST_FUTURE_POLL_READY) },
        { _, status ->
            UniffiLib.uniffi_tallystick_ffi_fn_func_code_modules(FfiConverterString.lower("tally"), noLevel(), status)
        },
        { },
        { },
        UniffiNullRustCallStatusErrorHandler,
    )

    private fun noLevel() = CoreBuffer.alloc(Int.SIZE_BYTES.toULong()).apply {
        data!!.setInt(0, -1)
        len = Int.SIZE_BYTES.toLong()
    }

    @Test
    fun `an identifier that is none is an error of the caller and not of the SDK`() {
        val error = assertThrows<WalletException.InvalidInput> { paymentMark("no payment") }
        assertEquals("key", error.field)
        assertTrue(version().isNotEmpty())
    }
}
