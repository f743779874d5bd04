package org.tallystick.android

import android.hardware.biometrics.BiometricPrompt
import java.util.concurrent.Executors
import java.util.concurrent.Future
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.tallystick.core.SecretStoreException

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class PromptTest {
    private fun waiting(answers: Answers): Future<SecretStoreException?> {
        val other = Executors.newSingleThreadExecutor()
        return other.submit<SecretStoreException?> { answers.first() }.also { other.shutdown() }
    }

    @Test
    fun `the first answer counts, and a finger that was not recognised is none`() {
        val answers = Answers()
        val waiting = waiting(answers)
        answers.onAuthenticationFailed()
        answers.onAuthenticationSucceeded(null)
        answers.onAuthenticationError(BiometricPrompt.BIOMETRIC_ERROR_CANCELED, "too late")
        assertNull(waiting.get())
    }

    @Test
    fun `a prompt that is closed is closed by the person, and no error of the phone's`() {
        val answers = Answers()
        answers.onAuthenticationError(BiometricPrompt.BIOMETRIC_ERROR_USER_CANCELED, "")
        assertEquals(SecretStoreException.UserCancelled::class, waiting(answers).get()!!::class)
    }

    @Test
    fun `every error of the prompt has a meaning`() {
        val codes = (0..16).associateWith { promptError(it)::class.simpleName }
        assertEquals(setOf(3, 5, 10), codes.filterValues { it == "UserCancelled" }.keys)
        assertEquals(setOf(2), codes.filterValues { it == "AuthenticationFailed" }.keys)
        assertEquals(setOf(1, 4, 7, 9, 11, 14), codes.filterValues { it == "Unavailable" }.keys)
        assertEquals(setOf(0, 6, 8, 12, 13, 15, 16), codes.filterValues { it == "Other" }.keys)
    }
}
