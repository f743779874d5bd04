package org.tallystick.android

import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraDevice

/**
 * Why the camera shows nothing.
 *
 * @property fault What it is, to decide by.
 */
public class CameraException(public val fault: CameraFault, cause: Throwable? = null) : Exception(fault.name, cause)

/** What can be wrong with a camera. */
public enum class CameraFault {
    /** The person has not allowed it: ask for `android.permission.CAMERA`. */
    NOT_PERMITTED,

    /** There is none that can be used. Offer to paste a link, or to read a picture. */
    NO_CAMERA,

    /** Another app has it, or all of them are busy. */
    IN_USE,

    /** Switched off: by an administrator, or by the switch for all cameras. */
    DISABLED,

    /** It went away: another app took it, or it was unplugged. */
    LOST,

    /** It is broken. A restart of the phone may help. */
    BROKEN,
}

/** What an exception of the camera's means. */
internal fun cameraFault(failure: Exception): CameraFault = when {
    failure is SecurityException -> CameraFault.NOT_PERMITTED
    // Of a camera that was unplugged between being listed and being opened.
    failure is IllegalArgumentException -> CameraFault.NO_CAMERA
    failure !is CameraAccessException -> CameraFault.BROKEN
    failure.reason == CameraAccessException.CAMERA_IN_USE -> CameraFault.IN_USE
    failure.reason == CameraAccessException.MAX_CAMERAS_IN_USE -> CameraFault.IN_USE
    failure.reason == CameraAccessException.CAMERA_DISABLED -> CameraFault.DISABLED
    failure.reason == CameraAccessException.CAMERA_DISCONNECTED -> CameraFault.LOST
    else -> CameraFault.BROKEN
}

/** What an error number of an open camera means. */
internal fun cameraFault(error: Int): CameraFault = when (error) {
    CameraDevice.StateCallback.ERROR_CAMERA_IN_USE, CameraDevice.StateCallback.ERROR_MAX_CAMERAS_IN_USE -> CameraFault.IN_USE
    CameraDevice.StateCallback.ERROR_CAMERA_DISABLED -> CameraFault.DISABLED
    else -> CameraFault.BROKEN
}
