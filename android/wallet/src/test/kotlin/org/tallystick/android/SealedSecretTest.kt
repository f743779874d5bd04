package org.tallystick.android

import java.security.SecureRandom
import javax.crypto.Cipher
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.SecretKeySpec
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertThrows
import org.junit.Test
import org.tallystick.core.SecretStoreException

class SealedSecretTest {
    private val key = key()
    private val secret = ByteArray(32) { it.toByte() }
    private val sealing = SealedSecret { }

    private fun key(): SecretKey = SecretKeySpec(ByteArray(32).also(SecureRandom()::nextBytes), "AES")

    @Test
    fun `what was sealed opens under its own name and key alone`() {
        val sealed = sealing.seal(key, "store/data-key", secret)
        assertArrayEquals(secret, sealing.unseal(key, "store/data-key", sealed))
        assertThrows(SecretStoreException.Corrupt::class.java) { sealing.unseal(key, "store/data-keys", sealed) }
        assertThrows(SecretStoreException.Corrupt::class.java) { sealing.unseal(key(), "store/data-key", sealed) }
    }

    @Test
    fun `no secret is sealed the same way twice`() {
        val (one, two) = List(2) { sealing.seal(key, "name", secret) }
        assertFalse(one.contentEquals(two))
    }

    @Test
    fun `any bit that is turned, and any byte that is missing or too many, is noticed`() {
        val sealed = sealing.seal(key, "name", secret)
        for (bit in 0 until sealed.size * Byte.SIZE_BITS) {
            val damaged = sealed.clone()
            damaged[bit / 8] = (damaged[bit / 8].toInt() xor (1 shl bit % 8)).toByte()
            assertThrows(SecretStoreException::class.java) { sealing.unseal(key, "name", damaged) }
        }
        for (length in sealed.indices) {
            assertThrows(SecretStoreException.Corrupt::class.java) { sealing.unseal(key, "name", sealed.copyOf(length)) }
        }
        assertThrows(SecretStoreException.Corrupt::class.java) { sealing.unseal(key, "name", sealed + 0) }
    }

    /** Wallets of today must open under every later version, so the format is written out here once more. */
    @Test
    fun `the format is a version, a nonce of twelve bytes, and AES-GCM bound to the name`() {
        val sealed = sealing.seal(key, "name", secret)
        assertEquals(1 + 12 + secret.size + 16, sealed.size)
        assertEquals(1, sealed[0].toInt())
        val byHand = Cipher.getInstance("AES/GCM/NoPadding").apply {
            init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(128, sealed.copyOfRange(1, 13)))
            updateAAD("tallystick-secret-1".toByteArray() + 0 + "name".toByteArray())
        }
        assertArrayEquals(secret, byHand.doFinal(sealed.copyOfRange(13, sealed.size)))
    }

    @Test
    fun `a later version is told from damage, before anybody is asked`() {
        val later = sealing.seal(key, "name", secret).also { it[0] = 2 }
        val asking = SealedSecret { error("asked") }
        val failure = assertThrows(SecretStoreException.Other::class.java) { asking.unseal(key, "name", later) }
        assertFalse(failure.reason.isEmpty())
    }

    @Test
    fun `who approves is asked once each way, and refuses in their own words`() {
        val asked = mutableListOf<Cipher>()
        val willing = SealedSecret { asked += it }
        willing.unseal(key, "name", willing.seal(key, "name", secret))
        assertEquals(2, asked.size)
        val refusing = SealedSecret { throw SecretStoreException.UserCancelled() }
        assertThrows(SecretStoreException.UserCancelled::class.java) { refusing.seal(key, "name", secret) }
    }
}
