package org.tallystick

import java.nio.ByteBuffer
import org.tallystick.core.LiveReading
import org.tallystick.core.WalletException

/**
 * Looks at the next frame of a camera: its brightness, one byte a point, from the buffer's position to its limit. The Y
 * plane of Android's YUV images is handed over as it is, without a copy.
 *
 * Call it on the camera's own thread: a frame takes a few milliseconds.
 *
 * @param rowStride the number of bytes from the start of a row to that of the next; at least the width.
 * @throws WalletException.InvalidInput with the code `frame_shape` if bytes are missing.
 */
@Throws(WalletException::class)
public fun LiveReader.read(luma: ByteBuffer, width: Int, height: Int, rowStride: Int = width): LiveReading {
    // Rust is given the address at which a buffer begins, so its position must be there too.
    val frame = if (luma.isDirect) luma.slice() else directCopy(luma.duplicate())
    return read(frame, unsigned(width), unsigned(height), unsigned(rowStride))
}

/** The same for a frame in an array. It is copied; a buffer that the camera gave is not. */
@Throws(WalletException::class)
public fun LiveReader.read(luma: ByteArray, width: Int, height: Int, rowStride: Int = width): LiveReading =
    read(ByteBuffer.wrap(luma), width, height, rowStride)

private fun directCopy(luma: ByteBuffer): ByteBuffer =
    ByteBuffer.allocateDirect(luma.remaining()).apply {
        put(luma)
        // As a Buffer: with ByteBuffer's own, later class files do not run on Android before 13.
        (this as java.nio.Buffer).flip()
    }

/** No frame has negative sides; zero is refused where all shapes are checked. */
private fun unsigned(side: Int): UInt = side.coerceAtLeast(0).toUInt()
