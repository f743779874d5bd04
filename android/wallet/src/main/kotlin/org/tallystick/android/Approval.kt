package org.tallystick.android

import android.annotation.TargetApi
import android.content.Context
import android.hardware.biometrics.BiometricManager.Authenticators
import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.os.CancellationSignal
import java.util.concurrent.ArrayBlockingQueue
import java.util.concurrent.Executor
import javax.crypto.Cipher
import org.tallystick.core.SecretStoreException

/** What stands between a key and its use. */
internal fun interface Approval {
    /** Returns when the cipher may work, which can take as long as a person takes. */
    fun approve(cipher: Cipher)

    companion object {
        /** Nobody is asked. */
        val None = Approval { }

        fun by(context: Context, authentication: UserAuthentication): Approval =
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
                Prompt(context, authentication)
            } else {
                Approval { throw SecretStoreException.Other("asking the person needs Android 9") }
            }
    }
}

/** Android's own prompt. The thread that calls waits for the answer. */
@TargetApi(Build.VERSION_CODES.P)
internal class Prompt(private val context: Context, private val authentication: UserAuthentication) : Approval {
    override fun approve(cipher: Cipher) {
        val answers = Answers()
        val cancel = CancellationSignal()
        // Answers come on a thread of the system's; they do nothing but wake this one.
        val atOnce = Executor(Runnable::run)
        prompt(answers, atOnce).authenticate(BiometricPrompt.CryptoObject(cipher), cancel, atOnce, answers)
        val refusal = try {
            answers.first()
        } catch (interrupted: InterruptedException) {
            cancel.cancel()
            Thread.currentThread().interrupt()
            throw SecretStoreException.UserCancelled().apply { initCause(interrupted) }
        }
        refusal?.let { throw it }
    }

    private fun prompt(answers: Answers, atOnce: Executor): BiometricPrompt {
        val builder = BiometricPrompt.Builder(context).setTitle(authentication.title)
        authentication.subtitle?.let(builder::setSubtitle)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            val credential = if (authentication.credentialAllowed) Authenticators.DEVICE_CREDENTIAL else 0
            builder.setAllowedAuthenticators(Authenticators.BIOMETRIC_STRONG or credential)
        }
        // Where the phone's PIN is offered, that takes the button's place, and both together are refused.
        if (!authentication.credentialAllowed) {
            builder.setNegativeButton(authentication.cancelText, atOnce) { _, _ ->
                answers.give(SecretStoreException.UserCancelled())
            }
        }
        return builder.build()
    }
}

/** The first answer of a prompt; what comes after counts for nothing. */
@TargetApi(Build.VERSION_CODES.P)
internal class Answers : BiometricPrompt.AuthenticationCallback() {
    private class Answer(val refusal: SecretStoreException?)

    private val given = ArrayBlockingQueue<Answer>(1)

    /** Waits; null if the cipher may work. */
    fun first(): SecretStoreException? = given.take().refusal

    fun give(refusal: SecretStoreException?) {
        given.offer(Answer(refusal))
    }

    override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult?) = give(null)

    override fun onAuthenticationError(errorCode: Int, errString: CharSequence?) = give(promptError(errorCode))

    // A finger that was not recognised: the prompt itself says so, and lets it be tried again.
    override fun onAuthenticationFailed() = Unit
}
