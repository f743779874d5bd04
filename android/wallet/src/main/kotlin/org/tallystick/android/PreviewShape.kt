package org.tallystick.android

/**
 * How a preview is turned and stretched so that it fills its view undistorted, its edges cut off.
 *
 * Android draws a camera's frames upright as the phone is built, and squeezed to the view's shape. So they are pulled to
 * their own shape first ([unsqueezeX], [unsqueezeY]), then turned as the screen is ([degrees]), then enlarged until the
 * view is full ([enlarge]); all about the view's middle.
 */
internal data class PreviewShape(
    val unsqueezeX: Float,
    val unsqueezeY: Float,
    val degrees: Float,
    val enlarge: Float,
) {
    companion object {
        private const val QUARTER = 90

        /**
         * @param frame The camera's frames.
         * @param sensorDegrees How the sensor is built in: 0, 90, 180 or 270.
         * @param quarterTurns How the screen is turned: 0 to 3, as `Display.getRotation` has it.
         * @return Null if there is nothing to see.
         */
        fun of(viewWidth: Int, viewHeight: Int, frame: FrameSize, sensorDegrees: Int, quarterTurns: Int): PreviewShape? {
            if (viewWidth <= 0 || viewHeight <= 0 || frame.width <= 0 || frame.height <= 0) return null
            val lying = sensorDegrees / QUARTER % 2 != 0
            val width = if (lying) frame.height else frame.width
            val height = if (lying) frame.width else frame.height
            val turned = quarterTurns % 2 != 0
            val shownWidth = if (turned) height else width
            val shownHeight = if (turned) width else height
            return PreviewShape(
                unsqueezeX = width.toFloat() / viewWidth,
                unsqueezeY = height.toFloat() / viewHeight,
                degrees = (-QUARTER * quarterTurns).toFloat(),
                enlarge = maxOf(viewWidth.toFloat() / shownWidth, viewHeight.toFloat() / shownHeight),
            )
        }
    }
}
