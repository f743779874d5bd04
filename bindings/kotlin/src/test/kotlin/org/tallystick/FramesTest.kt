package org.tallystick

import java.nio.ByteBuffer
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.tallystick.core.CodeLevel
import org.tallystick.core.LiveReading
import org.tallystick.core.WalletException

class FramesTest {
    private val text = "tallystick on paper"
    private val frame = Frame.of(text)

    private fun LiveReading.texts() = fresh.map { it.text }

    @Test
    fun `a code in a frame is read, however the frame is handed over`() {
        val lead = 100
        val behind = ByteBuffer.allocateDirect(lead + frame.luma.size).put(ByteArray(lead)).put(frame.luma)
        behind.position(lead)
        val direct = ByteBuffer.allocateDirect(frame.luma.size).put(frame.luma).flip() as ByteBuffer
        for (buffer in listOf(direct, direct.asReadOnlyBuffer(), behind, ByteBuffer.wrap(frame.luma))) {
            val position = buffer.position()
            LiveReader().use { assertEquals(listOf(text), it.read(buffer, frame.width, frame.height).texts()) }
            assertEquals(position, buffer.position())
        }
        LiveReader().use { assertEquals(listOf(text), it.read(frame.luma, frame.width, frame.height).texts()) }
    }

    @Test
    fun `a code is told once until the reader forgets it`() = LiveReader().use { reader ->
        val look = { reader.read(frame.luma, frame.width, frame.height).texts() }
        assertEquals(listOf(listOf(text), emptyList()), listOf(look(), look()))
        reader.forget()
        assertEquals(listOf(text), look())
    }

    @Test
    fun `a frame with missing bytes is refused`() = LiveReader().use { reader ->
        fun refusal(width: Int, height: Int, rowStride: Int = width) =
            assertThrows<WalletException.InvalidInput> { reader.read(frame.luma, width, height, rowStride) }.code
        assertEquals("frame_shape", refusal(frame.width, frame.height + 1))
        assertEquals("frame_shape", refusal(frame.width, frame.height, frame.width + 1))
        assertEquals("picture_too_small", refusal(-1, frame.height))
    }
}

/** What a camera would see of a code that fills its view. */
private class Frame(val luma: ByteArray, val width: Int, val height: Int) {
    companion object {
        private const val POINTS_PER_MODULE = 6

        fun of(text: String): Frame {
            val code = codeModules(text, CodeLevel.SCREEN)
            val modules = code.width.toInt()
            val side = (modules + 2 * QUIET_ZONE) * POINTS_PER_MODULE
            val luma = ByteArray(side * side) { point ->
                val column = point % side / POINTS_PER_MODULE - QUIET_ZONE
                val row = point / side / POINTS_PER_MODULE - QUIET_ZONE
                if (code.isDark(row, column)) 0 else -1
            }
            return Frame(luma, side, side)
        }
    }
}
