package org.tallystick.android

import android.content.Intent

/**
 * The text that brought the app up, for `scan` to tell what it is: a link that was opened (`https://…/p/…`,
 * `tallystick:p/…`), or a text that was shared with the app. Null if the app was opened for itself.
 *
 * Call it in `onCreate` only if nothing was saved before (`savedInstanceState == null`), and in `onNewIntent`: an activity
 * that is made anew gets the same intent again. One that comes back from the list of recent apps gets it too, with a
 * link that was dealt with long ago; that gives null.
 *
 * Whoever sends an intent writes it: the text is as good as that of any code, and nothing is ever paid on it alone.
 */
public fun Intent.textToScan(): String? {
    if (flags and Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY != 0) return null
    val text = when (action) {
        Intent.ACTION_VIEW -> dataString
        Intent.ACTION_SEND -> if (type == "text/plain") getCharSequenceExtra(Intent.EXTRA_TEXT)?.toString() else null
        else -> null
    }
    return text?.takeIf(String::isNotBlank)
}
