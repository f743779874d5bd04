package org.tallystick.android

import java.util.Collections
import java.util.IdentityHashMap

/**
 * Whether anything of the app can be seen, from what its screens tell.
 *
 * A screen that is turned is stopped and made anew; the app stays in front meanwhile. Screens are kept only while they are
 * started.
 *
 * @param inFront What holds before any screen was heard of.
 */
internal class Presence(inFront: Boolean) {
    private val started: MutableSet<Any> = Collections.newSetFromMap(IdentityHashMap())

    /** Whether the app is in front. */
    var inFront: Boolean = inFront
        private set

    fun started(screen: Any) {
        started += screen
        inFront = true
    }

    /** @param returning The screen is stopped only to be made anew. */
    fun stopped(screen: Any, returning: Boolean) {
        started -= screen
        // None may be left though this one was never heard to start: it did before we listened.
        if (started.isEmpty() && !returning) inFront = false
    }
}
