package org.tallystick.android

import android.annotation.SuppressLint
import android.graphics.ImageFormat
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.view.Surface
import org.tallystick.LiveReader
import org.tallystick.core.LiveReading
import org.tallystick.core.WalletException

/**
 * One run of a camera, from being opened to being given back. All of it happens on one thread of its own, also what is
 * told; only `close` comes from elsewhere.
 *
 * ```text
 * start ─ opened ─ configured ─ frame, frame, … ─ close
 *    └───────┴──────────┴────── failed
 * ```
 */
internal class CameraRun(
    frame: FrameSize,
    private val preview: Surface?,
    private val told: (LiveReading) -> Unit,
    private val failed: (CameraException) -> Unit,
) : AutoCloseable {
    private val thread = HandlerThread("tallystick-camera").apply { start() }
    private val handler = Handler(thread.looper)
    private val codes = LiveReader()
    private val frames =
        ImageReader.newInstance(frame.width, frame.height, ImageFormat.YUV_420_888, FRAMES_HELD).apply {
            setOnImageAvailableListener(::look, handler)
        }

    // Touched on the thread alone.
    private var camera: CameraDevice? = null
    private var closed = false

    // Without the permission the camera says so itself, and that is told like its other faults.
    @SuppressLint("MissingPermission")
    fun start(cameras: CameraManager, id: String) = handler.post {
        attempt { cameras.openCamera(id, states, handler) }
    }

    /** Gives the camera back, after whatever its thread is doing. */
    override fun close() {
        handler.post {
            closed = true
            camera?.close()
            frames.close()
            codes.close()
            thread.quitSafely()
        }
    }

    private fun look(reader: ImageReader) {
        // Closing is in the queue of this thread too: frames may be announced behind it.
        if (closed) return
        attempt { reader.acquireLatestImage()?.use { told(codes.read(it)) } }
    }

    private val states = object : CameraDevice.StateCallback() {
        override fun onOpened(device: CameraDevice) {
            camera = device
            // Closed while it was being opened.
            if (closed) device.close() else attempt { show(device) }
        }

        override fun onDisconnected(device: CameraDevice) = fail(CameraFault.LOST)

        override fun onError(device: CameraDevice, error: Int) = fail(cameraFault(error))
    }

    private fun show(device: CameraDevice) {
        val targets = listOfNotNull(frames.surface, preview)
        val request = device.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).apply {
            targets.forEach(::addTarget)
            // Codes are held near, and moved.
            set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
        }.build()
        val session = object : CameraCaptureSession.StateCallback() {
            override fun onConfigured(session: CameraCaptureSession) {
                if (!closed) attempt { session.setRepeatingRequest(request, null, handler) }
            }

            override fun onConfigureFailed(session: CameraCaptureSession) = fail(CameraFault.BROKEN)
        }
        // What replaced it is there from Android 9 on only, and does the same.
        @Suppress("DEPRECATION")
        device.createCaptureSession(targets, session, handler)
    }

    private fun fail(fault: CameraFault) = failed(CameraException(fault))

    private inline fun attempt(work: () -> Unit) {
        try {
            work()
        } catch (failure: CameraAccessException) {
            failed(CameraException(cameraFault(failure), failure))
        } catch (failure: SecurityException) {
            failed(CameraException(cameraFault(failure), failure))
        } catch (failure: IllegalArgumentException) {
            failed(CameraException(cameraFault(failure), failure))
        } catch (failure: IllegalStateException) {
            // The camera, or the surface of the preview, was closed under it.
            failed(CameraException(CameraFault.LOST, failure))
        } catch (failure: WalletException) {
            failed(CameraException(CameraFault.BROKEN, failure))
        }
    }

    private companion object {
        /** One that is looked at, one that is written, one in between. */
        const val FRAMES_HELD = 3
    }
}
