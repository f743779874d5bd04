package org.tallystick.android

import android.app.Activity
import android.app.ActivityManager
import android.app.ActivityManager.RunningAppProcessInfo
import android.app.Application
import android.os.Bundle
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow

/**
 * Whether the app can be seen: hand [inFront] to a [WalletLifecycle]. Made once, on the main thread, best in the
 * application's `onCreate`.
 */
public class AppPresence(private val application: Application) : AutoCloseable {
    private val presence = Presence(seenNow())
    private val state = MutableStateFlow(presence.inFront)

    /** True while one of the app's screens is started. Turning the phone does not change it. */
    public val inFront: StateFlow<Boolean> = state.asStateFlow()

    private val screens = object : Application.ActivityLifecycleCallbacks {
        override fun onActivityStarted(activity: Activity) {
            presence.started(activity)
            state.value = presence.inFront
        }

        override fun onActivityStopped(activity: Activity) {
            presence.stopped(activity, returning = activity.isChangingConfigurations)
            state.value = presence.inFront
        }

        override fun onActivityCreated(activity: Activity, savedInstanceState: Bundle?) = Unit
        override fun onActivityResumed(activity: Activity) = Unit
        override fun onActivityPaused(activity: Activity) = Unit
        override fun onActivitySaveInstanceState(activity: Activity, outState: Bundle) = Unit
        override fun onActivityDestroyed(activity: Activity) = Unit
    }

    init {
        application.registerActivityLifecycleCallbacks(screens)
    }

    /** Listens no more. An app that lives as long as its process need not call it. */
    override fun close(): Unit = application.unregisterActivityLifecycleCallbacks(screens)

    private companion object {
        /** What Android itself says, for whoever begins to listen late. */
        fun seenNow(): Boolean {
            val process = RunningAppProcessInfo()
            ActivityManager.getMyMemoryState(process)
            return process.importance <= RunningAppProcessInfo.IMPORTANCE_VISIBLE
        }
    }
}
