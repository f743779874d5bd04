package org.tallystick.android

import java.security.GeneralSecurityException
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import org.tallystick.core.SecretStoreException

/**
 * How a sealed secret is written down: a byte for the version, the nonce, and what AES-256-GCM made of the secret, its tag
 * at the end. The name is authenticated with it, so that what was sealed under one name opens under no other.
 *
 * @param approve is shown each cipher before it works: here the person is asked, where the key needs that.
 */
internal class SealedSecret(private val approve: (Cipher) -> Unit) {
    @Throws(GeneralSecurityException::class)
    fun seal(key: SecretKey, name: String, secret: ByteArray): ByteArray {
        val cipher = Cipher.getInstance(TRANSFORMATION)
        // The keystore chooses the nonce, and lets nobody else: two secrets can never share one.
        cipher.init(Cipher.ENCRYPT_MODE, key)
        approve(cipher)
        val nonce = cipher.iv
        check(nonce.size == NONCE_BYTES) { "a nonce of ${nonce.size} bytes" }
        cipher.updateAAD(boundTo(name))
        return byteArrayOf(VERSION) + nonce + cipher.doFinal(secret)
    }

    @Throws(GeneralSecurityException::class, SecretStoreException::class)
    fun unseal(key: SecretKey, name: String, sealed: ByteArray): ByteArray {
        check(sealed)
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BYTES * Byte.SIZE_BITS, sealed, 1, NONCE_BYTES))
        approve(cipher)
        cipher.updateAAD(boundTo(name))
        return try {
            cipher.doFinal(sealed, HEAD_BYTES, sealed.size - HEAD_BYTES)
        } catch (@Suppress("SwallowedException") damaged: AEADBadTagException) {
            throw SecretStoreException.Corrupt()
        }
    }

    companion object {
        private const val TRANSFORMATION = "AES/GCM/NoPadding"
        private const val VERSION: Byte = 1
        private const val NONCE_BYTES = 12
        private const val TAG_BYTES = 16
        private const val HEAD_BYTES = 1 + NONCE_BYTES

        /**
         * Fails if that cannot have been sealed here. Asked first, so that nobody puts a finger on a sensor for bytes that
         * can never open.
         */
        fun check(sealed: ByteArray) {
            if (sealed.size < HEAD_BYTES + TAG_BYTES) throw SecretStoreException.Corrupt()
            if (sealed[0] != VERSION) throw SecretStoreException.Other("sealed in a format that this version does not know")
        }

        private fun boundTo(name: String) = "tallystick-secret-1\u0000$name".toByteArray()
    }
}
