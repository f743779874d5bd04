package org.tallystick.android

import android.annotation.TargetApi
import android.hardware.biometrics.BiometricPrompt
import android.os.Build
import android.security.KeyStoreException
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.UserNotAuthenticatedException
import java.security.InvalidAlgorithmParameterException
import org.tallystick.core.SecretStoreException

/**
 * What a failure of the keystore means for whoever holds the wallet. Android wraps one in another, differently in each
 * version, so the first that says something counts. Only what is certain is called gone for good: a person who reads that
 * reaches for the recovery phrase.
 */
internal fun secretStoreError(failure: Exception): SecretStoreException =
    generateSequence<Throwable>(failure) { it.cause }.take(MOST_CAUSES).firstNotNullOfOrNull(::meaning)
        ?: SecretStoreException.Other("Android's keystore failed: ${failure.javaClass.simpleName}")

private fun meaning(failure: Throwable): SecretStoreException? = when {
    failure is SecretStoreException -> failure
    failure is KeyPermanentlyInvalidatedException -> SecretStoreException.KeyInvalidated()
    // The phone is locked, and the key works only while it is not.
    failure is UserNotAuthenticatedException -> SecretStoreException.Unavailable()
    // So says Android when a key is to be bound to a screen lock, or a finger, that there is not.
    failure is InvalidAlgorithmParameterException && failure.cause is IllegalStateException ->
        SecretStoreException.Unavailable()
    Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU && failure is KeyStoreException -> numbered(failure)
    else -> null
}

@TargetApi(Build.VERSION_CODES.TIRAMISU)
private fun numbered(failure: KeyStoreException): SecretStoreException? = when (failure.numericErrorCode) {
    KeyStoreException.ERROR_KEY_CORRUPTED, KeyStoreException.ERROR_KEY_DOES_NOT_EXIST -> SecretStoreException.KeyInvalidated()
    KeyStoreException.ERROR_USER_AUTHENTICATION_REQUIRED -> SecretStoreException.AuthenticationFailed()
    KeyStoreException.ERROR_KEYSTORE_UNINITIALIZED -> SecretStoreException.Unavailable()
    else -> if (failure.isTransientFailure) SecretStoreException.Unavailable() else null
}

/** What an error of Android's prompt means; the numbers are those of `BiometricPrompt`. */
internal fun promptError(number: Int): SecretStoreException = when (number) {
    BiometricPrompt.BIOMETRIC_ERROR_USER_CANCELED,
    // The app went to the background, or another prompt came.
    BiometricPrompt.BIOMETRIC_ERROR_CANCELED,
    BiometricPrompt.BIOMETRIC_ERROR_TIMEOUT,
    -> SecretStoreException.UserCancelled()
    BiometricPrompt.BIOMETRIC_ERROR_UNABLE_TO_PROCESS -> SecretStoreException.AuthenticationFailed()
    BiometricPrompt.BIOMETRIC_ERROR_HW_UNAVAILABLE,
    BiometricPrompt.BIOMETRIC_ERROR_NO_SPACE,
    BiometricPrompt.BIOMETRIC_ERROR_LOCKOUT,
    // Until the phone is unlocked by its PIN.
    BiometricPrompt.BIOMETRIC_ERROR_LOCKOUT_PERMANENT,
    BiometricPrompt.BIOMETRIC_ERROR_NO_BIOMETRICS,
    BiometricPrompt.BIOMETRIC_ERROR_NO_DEVICE_CREDENTIAL,
    -> SecretStoreException.Unavailable()
    BiometricPrompt.BIOMETRIC_ERROR_HW_NOT_PRESENT -> SecretStoreException.Other("this phone recognises nobody: no sensor")
    else -> SecretStoreException.Other("the prompt failed: error $number")
}

/** Exceptions may be their own cause. */
private const val MOST_CAUSES = 8
