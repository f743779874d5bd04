package org.tallystick.android

import android.app.Application
import android.content.pm.PackageManager
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import android.security.keystore.UserNotAuthenticatedException
import java.security.InvalidAlgorithmParameterException
import java.security.ProviderException
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.tallystick.core.SecretStoreException

@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35])
class KeystoreSecretStoreTest {
    @get:Rule
    val keystore = FakeKeystore()

    private val context: Application get() = RuntimeEnvironment.getApplication()
    private val secret get() = ByteArray(32) { it.toByte() }

    private fun store(options: KeystoreOptions = KeystoreOptions()) = KeystoreSecretStore(context, options)

    private fun withStrongBox() =
        shadowOf(context.packageManager).setSystemFeature(PackageManager.FEATURE_STRONGBOX_KEYSTORE, true)

    private inline fun <reified T : SecretStoreException> fails(noinline work: () -> Unit): T =
        assertThrows(T::class.java, work)

    @Test
    fun `what was sealed opens again, also when the app was started anew`() {
        val sealed = store().seal("data-key", secret)
        assertArrayEquals(secret, store().unseal("data-key", sealed))
        assertEquals(1, keystore.asked.size)
        fails<SecretStoreException.Corrupt> { store().unseal("another", sealed) }
    }

    @Test
    fun `the secret that was handed over is wiped, sealed or not`() {
        val handed = secret
        store().seal("data-key", handed)
        assertArrayEquals(ByteArray(32), handed)
        keystore.forgetsAll()
        keystore.failsToMake { ProviderException() }
        val refused = secret
        fails<SecretStoreException.Other> { store().seal("data-key", refused) }
        assertArrayEquals(ByteArray(32), refused)
    }

    @Test
    fun `a key that is gone is said to be gone, and a new wallet gets a new one`() {
        val sealed = store().seal("data-key", secret)
        keystore.invalidatesAll()
        fails<SecretStoreException.KeyInvalidated> { store().unseal("data-key", sealed) }
        val anew = store().seal("data-key", secret)
        assertArrayEquals(secret, store().unseal("data-key", anew))
        keystore.forgetsAll()
        fails<SecretStoreException.KeyInvalidated> { store().unseal("data-key", anew) }
    }

    @Test
    fun `damage is found before the keystore is asked`() {
        fails<SecretStoreException.Corrupt> { store().unseal("data-key", byteArrayOf(1, 2, 3)) }
        fails<SecretStoreException.Other> { store().unseal("data-key", ByteArray(60) { 9 }) }
    }

    @Test
    fun `a phone that is locked makes nobody reach for the recovery phrase`() {
        val sealed = store().seal("data-key", secret)
        keystore.keysFail(UserNotAuthenticatedException())
        fails<SecretStoreException.Unavailable> { store().unseal("data-key", sealed) }
        fails<SecretStoreException.Unavailable> { store().seal("data-key", secret) }
        keystore.keysFail(ProviderException("seed: abandon abandon"))
        val odd = fails<SecretStoreException.Other> { store().unseal("data-key", sealed) }
        assertFalse("abandon" in odd.reason)
    }

    @Test
    fun `a phone without a screen lock is told from one that is broken`() {
        // As Android 15 puts it.
        keystore.failsToMake { InvalidAlgorithmParameterException(IllegalStateException("Secure lock screen must be enabled")) }
        fails<SecretStoreException.Unavailable> { store().seal("data-key", secret) }
    }

    @Test
    fun `the key is made for this one use, where the person who holds the phone is asked for nothing`() {
        store().seal("data-key", secret)
        val spec = keystore.asked.single()
        assertEquals("org.tallystick.wallet", spec.keystoreAlias)
        assertEquals(256, spec.keySize)
        assertArrayEquals(arrayOf(KeyProperties.BLOCK_MODE_GCM), spec.blockModes)
        assertEquals(KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT, spec.purposes)
        assertTrue(spec.isRandomizedEncryptionRequired)
        assertFalse(spec.isUserAuthenticationRequired)
        assertFalse(spec.isStrongBoxBacked)
        assertTrue(spec.isUnlockedDeviceRequired)
    }

    @Test
    fun `a key that is to be approved is bound to that`() {
        val asking = UserAuthentication("Open your wallet", "Cancel")
        // Sealing would show the prompt; making the key is what counts here.
        KeystoreKey(context, KeystoreOptions(authentication = asking)).foundOrMade()
        val spec = keystore.asked.single()
        assertTrue(spec.isUserAuthenticationRequired && spec.isInvalidatedByBiometricEnrollment)
        assertEquals(0, spec.userAuthenticationValidityDurationSeconds)
        val both = KeyProperties.AUTH_BIOMETRIC_STRONG or KeyProperties.AUTH_DEVICE_CREDENTIAL
        assertEquals(both, spec.userAuthenticationType)
    }

    @Test
    fun `the thread that shows the prompt is never made to wait for it`() {
        val asking = KeystoreOptions(authentication = UserAuthentication("Open your wallet", "Cancel"))
        // Robolectric's tests run on Android's main thread.
        fails<SecretStoreException.Other> { store(asking).seal("data-key", secret) }
        assertTrue(keystore.asked.isEmpty())
    }

    @Test
    fun `the key lives in StrongBox where there is one, and elsewhere where that will not have it`() {
        withStrongBox()
        store().seal("data-key", secret)
        assertEquals(listOf(true), keystore.asked.map { it.isStrongBoxBacked })
        for (refusal in listOf(StrongBoxUnavailableException(), ProviderException())) {
            keystore.forgetsAll()
            keystore.failsToMake { spec -> refusal.takeIf { spec.isStrongBoxBacked } }
            store().seal("data-key", secret)
            assertEquals(listOf(true, false), keystore.asked.takeLast(2).map { it.isStrongBoxBacked })
        }
    }

    @Test
    fun `StrongBox can be refused, and can be insisted on`() {
        val insisting = KeystoreOptions(strongBox = StrongBox.REQUIRED)
        fails<SecretStoreException.Other> { store(insisting).seal("data-key", secret) }
        assertTrue(keystore.asked.isEmpty())
        withStrongBox()
        keystore.failsToMake { StrongBoxUnavailableException() }
        fails<SecretStoreException.Other> { store(insisting).seal("data-key", secret) }
        assertEquals(listOf(true), keystore.asked.map { it.isStrongBoxBacked })
        keystore.failsToMake { null }
        store(KeystoreOptions(strongBox = StrongBox.NEVER)).seal("data-key", secret)
        assertFalse(keystore.asked.last().isStrongBoxBacked)
    }

    @Test
    fun `a key that is destroyed is no longer there`() {
        assertNull(store().keyPlace())
        val sealed = store().seal("data-key", secret)
        store().destroyKey()
        store().destroyKey()
        fails<SecretStoreException.KeyInvalidated> { store().unseal("data-key", sealed) }
    }
}
