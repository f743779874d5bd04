package org.tallystick.android

import android.content.Context
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraDevice.StateCallback
import android.view.View.MeasureSpec.EXACTLY
import android.view.View.MeasureSpec.makeMeasureSpec
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class CameraTest {
    private val context: Context get() = RuntimeEnvironment.getApplication()

    @Test
    fun `every failure of a camera has a name`() {
        fun refused(reason: Int) = cameraFault(CameraAccessException(reason))
        assertEquals(CameraFault.IN_USE, refused(CameraAccessException.CAMERA_IN_USE))
        assertEquals(CameraFault.IN_USE, refused(CameraAccessException.MAX_CAMERAS_IN_USE))
        assertEquals(CameraFault.DISABLED, refused(CameraAccessException.CAMERA_DISABLED))
        assertEquals(CameraFault.LOST, refused(CameraAccessException.CAMERA_DISCONNECTED))
        assertEquals(CameraFault.BROKEN, refused(CameraAccessException.CAMERA_ERROR))
        assertEquals(CameraFault.NOT_PERMITTED, cameraFault(SecurityException()))
        assertEquals(CameraFault.NO_CAMERA, cameraFault(IllegalArgumentException()))
        assertEquals(CameraFault.IN_USE, cameraFault(StateCallback.ERROR_CAMERA_IN_USE))
        assertEquals(CameraFault.IN_USE, cameraFault(StateCallback.ERROR_MAX_CAMERAS_IN_USE))
        assertEquals(CameraFault.DISABLED, cameraFault(StateCallback.ERROR_CAMERA_DISABLED))
        assertEquals(CameraFault.BROKEN, cameraFault(StateCallback.ERROR_CAMERA_SERVICE))
    }

    @Test
    fun `a phone without a camera says so`() {
        val failure = assertThrows(CameraException::class.java) { CodeCamera.find(context) }
        assertEquals(CameraFault.NO_CAMERA, failure.fault)
    }

    @Test
    fun `the view can be laid out before there is a camera`() {
        val view = CodeScannerView(context)
        view.measure(makeMeasureSpec(1080, EXACTLY), makeMeasureSpec(1920, EXACTLY))
        view.layout(0, 0, 1080, 1920)
        view.onSurfaceTextureSizeChanged(android.graphics.SurfaceTexture(false), 1080, 1920)
        assertEquals(1080 to 1920, view.width to view.height)
    }
}
