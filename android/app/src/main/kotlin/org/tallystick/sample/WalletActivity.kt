package org.tallystick.sample

import android.Manifest
import android.app.Activity
import android.content.Intent
import android.content.pm.PackageManager
import android.os.Bundle
import android.view.WindowManager
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flatMapLatest
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import org.tallystick.android.CameraException
import org.tallystick.android.CodeScannerView
import org.tallystick.android.textToScan

/** The one screen there is; it shows what the model says. */
internal class WalletActivity : Activity() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private val app get() = application as SampleApplication
    private var scanning: Job? = null

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        scope.launch { screens().collect { (screen, model) -> show(screen, model) } }
        // One that is made anew has dealt with its link already.
        if (savedInstanceState == null) intent.textToScan()?.let(::opened)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        intent.textToScan()?.let(::opened)
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }

    @Deprecated("Its replacement needs AndroidX or Android 13")
    @Suppress("DEPRECATION")
    override fun onBackPressed() {
        when (val model = app.model.value) {
            null -> super.onBackPressed()
            else -> if (model.screen.value is Screen.Home) super.onBackPressed() else model.home()
        }
    }

    private fun opened(text: String) {
        scope.launch { app.model.filterNotNull().first().opened(text) }
    }

    @OptIn(kotlinx.coroutines.ExperimentalCoroutinesApi::class)
    private fun screens(): Flow<Pair<Screen, WalletModel?>> =
        app.model.combine(app.failure, ::Pair).flatMapLatest { (model, failure) ->
            model?.screen?.map { it to model } ?: flowOf((failure?.let(Screen::Closed) ?: Screen.Opening) to null)
        }

    private fun show(screen: Screen, model: WalletModel?) {
        scanning?.cancel()
        // What must not be seen in the list of recent apps, or in a picture of the screen.
        val secret = if (screen is Screen.Phrase) WindowManager.LayoutParams.FLAG_SECURE else 0
        window.setFlags(secret, WindowManager.LayoutParams.FLAG_SECURE)
        val views = ScreenViews(this)
        when {
            screen is Screen.Closed -> setContentView(views.closed(screen, again = app::open))
            model == null -> setContentView(views.waiting())
            screen is Screen.Scanning -> scan(model)
            else -> setContentView(views.of(screen, model))
        }
        shineWhile(screen is Screen.Receive)
    }

    private fun scan(model: WalletModel) {
        if (checkSelfPermission(Manifest.permission.CAMERA) != PackageManager.PERMISSION_GRANTED) {
            setContentView(ScreenViews(this).waiting())
            requestPermissions(arrayOf(Manifest.permission.CAMERA), CAMERA_ASKED)
            return
        }
        val scanner = CodeScannerView(this)
        setContentView(scanner)
        scanning = scope.launch {
            try {
                val codes = scanner.scanned().first()
                if (codes.size == 1) model.found(codes.single()) else model.say("Two codes: cover one of them.")
            } catch (failure: CameraException) {
                model.say(words(failure.fault))
            }
        }
    }

    override fun onRequestPermissionsResult(requestCode: Int, permissions: Array<out String>, results: IntArray) {
        if (requestCode != CAMERA_ASKED) return
        val model = app.model.value ?: return
        // An empty answer is a question that was never seen.
        if (results.firstOrNull() == PackageManager.PERMISSION_GRANTED) scan(model) else model.home()
    }

    /** A code is read from a screen that is bright. */
    private fun shineWhile(shown: Boolean) {
        window.attributes = window.attributes.apply {
            screenBrightness = if (shown) 1f else WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_NONE
        }
    }

    private companion object {
        const val CAMERA_ASKED = 1
    }
}
