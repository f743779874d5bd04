package org.tallystick.android

import android.content.Context
import android.graphics.Matrix
import android.graphics.SurfaceTexture
import android.util.AttributeSet
import android.view.TextureView
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.emitAll
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.map
import org.tallystick.core.Scanned
import org.tallystick.scan

/**
 * Shows what the camera sees, and tells what codes are in view. It fills its space, undistorted, edges cut off.
 *
 * ```kotlin
 * scope.launch {
 *     scanner.scanned().collect { codes -> if (codes.size == 1) show(codes.single()) else say("Cover one of the codes") }
 * }
 * ```
 *
 * The app asks for the permission to use the camera before.
 */
public class CodeScannerView @JvmOverloads constructor(
    context: Context,
    attributes: AttributeSet? = null,
) : TextureView(context, attributes), TextureView.SurfaceTextureListener {
    private val picture = MutableStateFlow<SurfaceTexture?>(null)
    private var shown: CodeCamera? = null

    init {
        surfaceTextureListener = this
    }

    /**
     * What the codes are that come into view, while the flow is collected on the main thread; the camera is given back
     * when that ends. A code is told once: collect again to be told of the same once more. Those that come in one frame
     * come in one list; let the person cover all but one.
     *
     * Fails with [CameraException].
     */
    public fun scanned(): Flow<List<Scanned>> = flow {
        val preview = picture.filterNotNull().first()
        val camera = CodeCamera.find(context)
        shown = camera
        fit()
        emitAll(camera.readings(preview))
    }.map { reading -> reading.fresh.mapNotNull { it.text }.map(::scan) }.filter { it.isNotEmpty() }

    override fun onSurfaceTextureAvailable(surface: SurfaceTexture, width: Int, height: Int) {
        picture.value = surface
        fit()
    }

    override fun onSurfaceTextureSizeChanged(surface: SurfaceTexture, width: Int, height: Int): Unit = fit()

    override fun onSurfaceTextureDestroyed(surface: SurfaceTexture): Boolean {
        picture.value = null
        return true
    }

    override fun onSurfaceTextureUpdated(surface: SurfaceTexture): Unit = Unit

    private fun fit() {
        val camera = shown ?: return
        val turns = display?.rotation ?: 0
        val shape = PreviewShape.of(width, height, camera.frame, camera.sensorDegrees, turns) ?: return
        val (middleX, middleY) = width / 2f to height / 2f
        setTransform(
            Matrix().apply {
                postScale(shape.unsqueezeX, shape.unsqueezeY, middleX, middleY)
                postRotate(shape.degrees, middleX, middleY)
                postScale(shape.enlarge, shape.enlarge, middleX, middleY)
            },
        )
    }
}
