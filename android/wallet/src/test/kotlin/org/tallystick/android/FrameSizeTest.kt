package org.tallystick.android

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test

class FrameSizeTest {
    private fun chosen(vararg sizes: Pair<Int, Int>) =
        FrameSize.toRead(sizes.map { (width, height) -> FrameSize(width, height) })?.let { it.width to it.height }

    @Test
    fun `the smallest size with enough rows is chosen`() {
        assertEquals(960 to 720, chosen(4000 to 3000, 1920 to 1080, 960 to 720, 1280 to 720, 640 to 480))
        assertEquals(1280 to 720, chosen(1280 to 720, 1600 to 1200))
    }

    @Test
    fun `without such a size it is the largest`() = assertEquals(640 to 480, chosen(320 to 240, 640 to 480, 352 to 288))

    @Test
    fun `panoramas and upright frames are taken only if there is nothing else`() {
        assertEquals(1920 to 1080, chosen(2400 to 720, 720 to 1280, 1920 to 1080))
        assertEquals(2400 to 720, chosen(2400 to 720))
    }

    @Test
    fun `a camera that offers nothing is of no use`() = assertNull(chosen())
}
