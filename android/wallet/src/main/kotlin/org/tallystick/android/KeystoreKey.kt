package org.tallystick.android

import android.annotation.TargetApi
import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyInfo
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import java.security.KeyStore
import java.security.ProviderException
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.SecretKeyFactory
import org.tallystick.core.SecretStoreException

/** The one key in Android's keystore: found, made, and thrown away. It never leaves there. */
internal class KeystoreKey(context: Context, private val options: KeystoreOptions) {
    private val hasStrongBox = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P &&
        context.packageManager.hasSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE)

    /** Null if it was never made, or is gone. */
    fun found(): SecretKey? = keystore().getKey(options.alias, null) as SecretKey?

    fun foundOrMade(): SecretKey = synchronized(MAKING) { found() ?: make() }

    /** In place of one that is gone for good. */
    fun madeAnew(): SecretKey = synchronized(MAKING) {
        delete()
        make()
    }

    fun delete() {
        keystore().deleteEntry(options.alias)
    }

    fun place(key: SecretKey): KeyPlace {
        val info = SecretKeyFactory.getInstance(key.algorithm, KEYSTORE).getKeySpec(key, KeyInfo::class.java) as KeyInfo
        return if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) placeOf(info) else olderPlaceOf(info)
    }

    private fun make(): SecretKey = when (options.strongBox) {
        StrongBox.NEVER -> make(strongBox = false)
        StrongBox.REQUIRED -> if (hasStrongBox) make(strongBox = true) else throw noStrongBox()
        StrongBox.PREFERRED -> if (hasStrongBox) makeAtBest() else make(strongBox = false)
    }

    @TargetApi(Build.VERSION_CODES.P)
    private fun makeAtBest(): SecretKey =
        try {
            make(strongBox = true)
        } catch (@Suppress("SwallowedException") full: StrongBoxUnavailableException) {
            // Its room is small: it may be full, or not know this kind of key.
            make(strongBox = false)
        } catch (@Suppress("SwallowedException") faulty: ProviderException) {
            // Some makers' chips fail in ways of their own.
            make(strongBox = false)
        }

    private fun make(strongBox: Boolean): SecretKey =
        KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, KEYSTORE).run {
            init(spec(strongBox))
            generateKey()
        }

    private fun spec(strongBox: Boolean): KeyGenParameterSpec {
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val spec = KeyGenParameterSpec.Builder(options.alias, purposes)
            .setKeySize(KEY_BITS)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setRandomizedEncryptionRequired(true)
        options.authentication?.let { approvedBy(it, spec) }
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
            spec.setIsStrongBoxBacked(strongBox)
            spec.setUnlockedDeviceRequired(options.onlyWhileUnlocked)
        }
        return spec.build()
    }

    private fun approvedBy(authentication: UserAuthentication, spec: KeyGenParameterSpec.Builder) {
        spec.setUserAuthenticationRequired(true)
        spec.setInvalidatedByBiometricEnrollment(authentication.endsWithNewBiometric)
        // Before Android 11 a key without a time of validity is what each use must be approved for.
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.R) return
        val credential = if (authentication.credentialAllowed) KeyProperties.AUTH_DEVICE_CREDENTIAL else 0
        spec.setUserAuthenticationParameters(0, KeyProperties.AUTH_BIOMETRIC_STRONG or credential)
    }

    @TargetApi(Build.VERSION_CODES.S)
    private fun placeOf(info: KeyInfo): KeyPlace = when (info.securityLevel) {
        KeyProperties.SECURITY_LEVEL_STRONGBOX -> KeyPlace.STRONG_BOX
        KeyProperties.SECURITY_LEVEL_TRUSTED_ENVIRONMENT -> KeyPlace.TRUSTED_ENVIRONMENT
        KeyProperties.SECURITY_LEVEL_SOFTWARE -> KeyPlace.SOFTWARE
        else -> KeyPlace.UNKNOWN_HARDWARE
    }

    @Suppress("DEPRECATION")
    private fun olderPlaceOf(info: KeyInfo): KeyPlace =
        if (info.isInsideSecureHardware) KeyPlace.UNKNOWN_HARDWARE else KeyPlace.SOFTWARE

    private fun noStrongBox() = SecretStoreException.Other("this phone has no StrongBox, and the key may live nowhere else")

    private fun keystore(): KeyStore = KeyStore.getInstance(KEYSTORE).apply { load(null) }

    private companion object {
        const val KEYSTORE = "AndroidKeyStore"
        const val KEY_BITS = 256

        /** Two wallets of an app that start at once must not each make the key. */
        val MAKING = Any()
    }
}
