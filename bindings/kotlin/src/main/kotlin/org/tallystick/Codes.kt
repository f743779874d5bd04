package org.tallystick

import org.tallystick.core.CodeModules

/** The light modules that a code needs on each side, or readers do not find it (ISO/IEC 18004). */
public const val QUIET_ZONE: Int = 4

/**
 * Whether a module of the code is dark, for an app that draws by itself. Rows count from the top, columns from the left,
 * both from 0; outside, in the [QUIET_ZONE] too, all is light.
 */
public fun CodeModules.isDark(row: Int, column: Int): Boolean {
    val side = width.toInt()
    if (row !in 0 until side || column !in 0 until side) return false
    val byte = rows[row * ((side + 7) / 8) + column / 8].toInt()
    return byte shr (7 - column % 8) and 1 == 1
}
