package org.tallystick.android

import android.content.Intent
import android.net.Uri
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class AppLinksTest {
    private fun opened(link: String) = Intent(Intent.ACTION_VIEW, Uri.parse(link))

    @Test
    fun `a link that was opened comes through as it was written`() {
        for (link in listOf("https://bakery.example/p/MFRGG", "https://bakery.example/c/MFRGG?x=1#y", "tallystick:k/MFRGG")) {
            assertEquals(link, opened(link).textToScan())
        }
    }

    @Test
    fun `a text that was shared comes through, a picture does not`() {
        val shared = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, "pay https://x.example/p/A")
        assertEquals("pay https://x.example/p/A", shared.textToScan())
        assertNull(Intent(shared).setType("image/png").textToScan())
        assertNull(Intent(shared).putExtra(Intent.EXTRA_TEXT, " ").textToScan())
    }

    @Test
    fun `an app that was opened for itself was handed nothing`() {
        assertNull(Intent().textToScan())
        assertNull(Intent(Intent.ACTION_MAIN).textToScan())
        assertNull(Intent(Intent.ACTION_VIEW).textToScan())
    }

    @Test
    fun `a link that was dealt with does not come again out of the list of recent apps`() =
        assertNull(opened("tallystick:p/A").addFlags(Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY).textToScan())
}
