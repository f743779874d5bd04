package org.tallystick.android

import android.content.Context
import android.graphics.ImageFormat
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraManager
import android.view.Surface
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.callbackFlow
import org.tallystick.core.LiveReading

/**
 * The camera at the back of the phone, looking for codes.
 *
 * Frames are read on a thread of its own. Those that come while one is looked at are dropped, so what is told is never
 * old.
 */
public class CodeCamera private constructor(
    private val cameras: CameraManager,
    private val id: String,
    internal val frame: FrameSize,
    internal val sensorDegrees: Int,
) {
    /**
     * What the camera sees in frame after frame, while the flow is collected; the camera is given back when that ends.
     * Every frame is told, also those without a code: `fresh` holds what was not told before.
     *
     * Fails with [CameraException].
     *
     * @param preview Where to show the picture too. It must stay as long as the flow is collected.
     */
    public fun readings(preview: SurfaceTexture? = null): Flow<LiveReading> = callbackFlow {
        preview?.setDefaultBufferSize(frame.width, frame.height)
        val surface = preview?.let(::Surface)
        val run = CameraRun(frame, surface, told = { trySend(it) }, failed = { close(it) })
        run.start(cameras, id)
        awaitClose {
            run.close()
            surface?.release()
        }
        // A code is told once, so no reading with one may be lost to a slow collector.
    }.buffer(READINGS_KEPT)

    /** Finds cameras. */
    public companion object {
        private const val READINGS_KEPT = 256

        /**
         * The camera at the back, or whichever there is.
         *
         * @throws CameraException with [CameraFault.NO_CAMERA] if there is none, or with what else is wrong.
         */
        @Throws(CameraException::class)
        public fun find(context: Context): CodeCamera {
            val cameras = context.getSystemService(Context.CAMERA_SERVICE) as? CameraManager
                ?: throw CameraException(CameraFault.NO_CAMERA)
            return try {
                cameras.cameraIdList.mapNotNull { id -> described(cameras, id) }.minByOrNull { (place) -> place }?.second
            } catch (failure: CameraAccessException) {
                throw CameraException(cameraFault(failure), failure)
            } ?: throw CameraException(CameraFault.NO_CAMERA)
        }

        /** How near it is to what is wanted, and the camera; null if it gives no frames that can be read. */
        private fun described(cameras: CameraManager, id: String): Pair<Int, CodeCamera>? {
            val its = cameras.getCameraCharacteristics(id)
            val sizes = its[CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP]
                ?.getOutputSizes(ImageFormat.YUV_420_888).orEmpty()
            val frame = FrameSize.toRead(sizes.map { FrameSize(it.width, it.height) }) ?: return null
            val place = when (its[CameraCharacteristics.LENS_FACING]) {
                CameraCharacteristics.LENS_FACING_BACK -> 0
                CameraCharacteristics.LENS_FACING_EXTERNAL -> 1
                else -> 2
            }
            return place to CodeCamera(cameras, id, frame, its[CameraCharacteristics.SENSOR_ORIENTATION] ?: 0)
        }
    }
}
