package org.tallystick

import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.tallystick.core.WalletException

class TracerTest {
    @Test
    fun `an amount is read by the core`() = runBlocking<Unit> {
        assertEquals("1050", readAmount("10.50", 2u))
    }

    @Test
    fun `what is wrong comes back as a typed error`() {
        val error = assertThrows<WalletException.InvalidInput> { runBlocking { readAmount("ten", 2u) } }
        assertEquals("amount", error.field)
    }
}
