package org.tallystick.android

import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test

class PresenceTest {
    private val presence = Presence(inFront = false)

    @Test
    fun `the app is in front while any of its screens is`() {
        presence.started("one")
        presence.started("two")
        presence.stopped("one", returning = false)
        assertTrue(presence.inFront)
        presence.stopped("two", returning = false)
        assertFalse(presence.inFront)
    }

    @Test
    fun `a screen that is turned leaves the app in front`() {
        presence.started("upright")
        presence.stopped("upright", returning = true)
        assertTrue(presence.inFront)
        presence.started("lying")
        presence.stopped("lying", returning = false)
        assertFalse(presence.inFront)
    }

    @Test
    fun `a screen that started before anybody listened is missed when it stops`() {
        val late = Presence(inFront = true)
        late.stopped("unheard of", returning = false)
        assertFalse(late.inFront)
    }

    @Test
    fun `screens are told apart by what they are and not by what they say they are`() {
        val (one, same) = List(2) { listOf("screen") }
        presence.started(one)
        presence.started(same)
        presence.stopped(one, returning = false)
        assertTrue(presence.inFront)
    }
}
