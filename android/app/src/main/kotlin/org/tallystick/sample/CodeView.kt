package org.tallystick.sample

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.view.View
import org.tallystick.QUIET_ZONE
import org.tallystick.core.CodeModules
import org.tallystick.isDark

/** A code: dark on light in dark mode too, with its margin, as large as fits. */
@SuppressLint("ViewConstructor")
internal class CodeView(context: Context, private val code: CodeModules) : View(context) {
    private val modules = code.width.toInt() + 2 * QUIET_ZONE
    private val dark = Paint().apply { color = Color.BLACK }

    init {
        contentDescription = "A code to be scanned"
    }

    override fun onMeasure(widthMeasureSpec: Int, heightMeasureSpec: Int) {
        val side = MeasureSpec.getSize(widthMeasureSpec)
        setMeasuredDimension(side, side)
    }

    override fun onDraw(canvas: Canvas) {
        canvas.drawColor(Color.WHITE)
        // Whole pixels: modules of different widths are harder to read.
        val module = (minOf(width, height) / modules).coerceAtLeast(1)
        val left = (width - module * modules) / 2 + module * QUIET_ZONE
        val top = (height - module * modules) / 2 + module * QUIET_ZONE
        for (row in 0 until code.width.toInt()) for (column in 0 until code.width.toInt()) {
            if (!code.isDark(row, column)) continue
            val (x, y) = (left + column * module).toFloat() to (top + row * module).toFloat()
            canvas.drawRect(x, y, x + module, y + module, dark)
        }
    }
}
