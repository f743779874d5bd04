package org.tallystick.android

/** A size of frames, as the camera counts: its own longer side is the width as a rule, however the phone is held. */
internal data class FrameSize(val width: Int, val height: Int) {
    companion object {
        /** A code of 61 modules that fills a third of the view has 3.9 points a module at this height: enough to be read. */
        private const val BEST_HEIGHT = 720
        private const val WIDEST = 16.0 / 9

        /**
         * Of the sizes that a camera offers the one to read codes from: the smallest with 720 rows or more, else the
         * largest. Larger ones cost time a frame and show nothing more. Null if none is offered.
         */
        fun toRead(offered: List<FrameSize>): FrameSize? {
            // Panoramas and squares show less of what the person aims at.
            val usual = offered.filter { it.height <= it.width && it.width <= it.height * WIDEST + 1 }.ifEmpty { offered }
            val enough = usual.filter { it.height >= BEST_HEIGHT }
            return enough.minByOrNull(FrameSize::points) ?: usual.maxByOrNull(FrameSize::points)
        }
    }

    private val points get() = width.toLong() * height
}
