package androidx.test.platform.app

import android.app.Instrumentation
import android.os.Bundle

/*
 * These files stand for `androidx.test:monitor`, which is only in Google's own repository: as much of it as Robolectric calls
 * by itself. Nothing here is tested or shipped; with the real one on the class path they would not be needed.
 */

object InstrumentationRegistry {
    private var instrumentation: Instrumentation? = null

    @JvmStatic
    @Suppress("UNUSED_PARAMETER")
    fun registerInstance(instance: Instrumentation?, arguments: Bundle?) {
        instrumentation = instance
    }

    @JvmStatic
    fun getInstrumentation(): Instrumentation = checkNotNull(instrumentation)
}
