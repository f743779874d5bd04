package org.tallystick.android

import android.app.Activity
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric.buildActivity
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class AppPresenceTest {
    private val presence = AppPresence(RuntimeEnvironment.getApplication())

    @Test
    fun `the app is in front from its first screen to its last`() {
        val first = buildActivity(Activity::class.java).create().start().resume()
        assertTrue(presence.inFront.value)
        val second = buildActivity(Activity::class.java).create().start().resume()
        first.pause().stop()
        assertTrue(presence.inFront.value)
        second.pause()
        assertTrue(presence.inFront.value)
        second.stop()
        assertFalse(presence.inFront.value)
        first.restart().start()
        assertTrue(presence.inFront.value)
    }

    @Test
    fun `turning the phone is no reason to pause`() {
        val screen = buildActivity(Activity::class.java).setup()
        val seen = mutableListOf<Boolean>()
        val watching = AppPresence(RuntimeEnvironment.getApplication())
        screen.get().application.registerActivityLifecycleCallbacks(AfterStop { seen += watching.inFront.value })
        screen.recreate()
        assertEquals(listOf(true), seen)
        assertTrue(presence.inFront.value)
    }

    @Test
    fun `who listens no more hears nothing more`() {
        val screen = buildActivity(Activity::class.java).setup()
        presence.close()
        screen.pause().stop()
        assertTrue(presence.inFront.value)
    }
}

private class AfterStop(private val look: () -> Unit) : android.app.Application.ActivityLifecycleCallbacks {
    override fun onActivityStopped(activity: Activity) = look()
    override fun onActivityCreated(activity: Activity, state: android.os.Bundle?) = Unit
    override fun onActivityStarted(activity: Activity) = Unit
    override fun onActivityResumed(activity: Activity) = Unit
    override fun onActivityPaused(activity: Activity) = Unit
    override fun onActivitySaveInstanceState(activity: Activity, state: android.os.Bundle) = Unit
    override fun onActivityDestroyed(activity: Activity) = Unit
}
