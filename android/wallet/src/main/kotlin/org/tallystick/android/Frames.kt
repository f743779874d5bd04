package org.tallystick.android

import android.media.Image
import org.tallystick.LiveReader
import org.tallystick.core.LiveReading
import org.tallystick.core.WalletException
import org.tallystick.read

/**
 * Looks at a frame of a camera: its brightness, handed over where it lies, without a copy.
 *
 * Call it on the camera's own thread: a frame takes a few milliseconds.
 *
 * @param image of the format `YUV_420_888`. It is not closed.
 * @throws WalletException.InvalidInput with the code `frame_shape` if bytes are missing.
 */
@Throws(WalletException::class)
public fun LiveReader.read(image: Image): LiveReading {
    // Of this format Android promises that the first plane is the brightness, one byte a point.
    val luma = image.planes[0]
    return read(luma.buffer, image.width, image.height, luma.rowStride)
}
