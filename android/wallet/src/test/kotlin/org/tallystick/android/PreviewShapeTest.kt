package org.tallystick.android

import kotlin.math.abs
import kotlin.math.cos
import kotlin.math.sin
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test

class PreviewShapeTest {
    private val frame = FrameSize(1280, 720)

    /** Where the picture's corners come to lie, as half its width and height on the screen. */
    private fun PreviewShape.halves(viewWidth: Int, viewHeight: Int): Pair<Double, Double> {
        val x = viewWidth / 2.0 * unsqueezeX
        val y = viewHeight / 2.0 * unsqueezeY
        val turn = Math.toRadians(degrees.toDouble())
        return abs(x * cos(turn) - y * sin(turn)).coerceAtLeast(abs(x * cos(turn) + y * sin(turn))) * enlarge to
            abs(x * sin(turn) + y * cos(turn)).coerceAtLeast(abs(x * sin(turn) - y * cos(turn))) * enlarge
    }

    @Test
    fun `however the phone and its view are, the picture keeps its shape, fills the view, and is no larger than it must be`() {
        for (view in listOf(1080 to 1920, 1920 to 1080, 500 to 500, 1080 to 300)) {
            for (turns in 0..3) for (sensor in listOf(0, 90, 180, 270)) {
                val (width, height) = view
                val shape = PreviewShape.of(width, height, frame, sensor, turns)
                assertNotNull(shape)
                val (x, y) = shape!!.halves(width, height)
                // The frame as it is seen: upright if one of sensor and screen lies, but not both.
                val upright = (sensor / 90 + turns) % 2 == 1
                val ratio = if (upright) 720.0 / 1280 else 1280.0 / 720
                assertEquals("$view turned $turns, sensor $sensor", ratio, x / y, 0.001)
                assertTrue(x >= width / 2.0 - 0.1 && y >= height / 2.0 - 0.1)
                assertTrue(abs(x - width / 2.0) < 0.1 || abs(y - height / 2.0) < 0.1)
            }
        }
    }

    @Test
    fun `an upright phone with the usual sensor needs no turning, a lying one a quarter back`() {
        assertEquals(0f, PreviewShape.of(1080, 1920, frame, 90, 0)!!.degrees)
        assertEquals(-90f, PreviewShape.of(1920, 1080, frame, 90, 1)!!.degrees)
    }

    @Test
    fun `a view without a size shows nothing`() = assertNull(PreviewShape.of(0, 0, frame, 90, 0))
}
