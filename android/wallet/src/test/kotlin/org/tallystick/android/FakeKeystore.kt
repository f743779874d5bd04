package org.tallystick.android

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.SecureRandom
import java.security.Security
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import java.util.Enumeration
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec
import org.junit.rules.ExternalResource

/**
 * Stands where Android's keystore stands on a phone, with keys of the JVM's own. It notes how each key was asked for, and
 * fails as it is told.
 */
class FakeKeystore : ExternalResource() {
    override fun before() {
        State.keys.clear()
        State.asked.clear()
        State.makes = { null }
        Security.addProvider(FakeProvider())
    }

    override fun after() = Security.removeProvider(NAME)

    /** What was asked of each key that was to be made. */
    val asked: List<KeyGenParameterSpec> get() = State.asked

    /** What makes no key; null: one is made. */
    fun failsToMake(failure: (KeyGenParameterSpec) -> Exception?) {
        State.makes = failure
    }

    /** As a phone forgets its keys: restored from a backup. */
    fun forgetsAll() = State.keys.clear()

    /** As Android treats a key when a finger is enrolled. */
    fun invalidatesAll() = State.keys.replaceAll { _, _ -> InvalidatedKey() }

    /** Whatever is done with a key fails like this. */
    fun keysFail(failure: Exception) = State.keys.replaceAll { _, _ -> FailingKey(failure) }
}

private const val NAME = "AndroidKeyStore"

private object State {
    val keys = mutableMapOf<String, SecretKey>()
    val asked = mutableListOf<KeyGenParameterSpec>()
    var makes: (KeyGenParameterSpec) -> Exception? = { null }
}

private open class FailingKey(private val failure: Exception) : SecretKey {
    override fun getAlgorithm() = "AES"
    override fun getFormat() = "RAW"
    override fun getEncoded() = throw failure
}

private class InvalidatedKey : FailingKey(KeyPermanentlyInvalidatedException())

private class FakeProvider : Provider(NAME, "1", "for tests") {
    init {
        put("KeyStore.$NAME", FakeKeys::class.java.name)
        put("KeyGenerator.AES", FakeMaker::class.java.name)
    }
}

class FakeMaker : KeyGeneratorSpi() {
    private lateinit var spec: KeyGenParameterSpec

    override fun engineInit(parameters: AlgorithmParameterSpec, random: SecureRandom?) {
        spec = parameters as KeyGenParameterSpec
    }

    override fun engineGenerateKey(): SecretKey {
        State.asked += spec
        State.makes(spec)?.let { throw it }
        val key = SecretKeySpec(ByteArray(spec.keySize / 8).also(SecureRandom()::nextBytes), "AES")
        return key.also { State.keys[spec.keystoreAlias] = it }
    }

    override fun engineInit(random: SecureRandom?) = throw UnsupportedOperationException()
    override fun engineInit(keysize: Int, random: SecureRandom?) = throw UnsupportedOperationException()
}

class FakeKeys : KeyStoreSpi() {
    override fun engineGetKey(alias: String, password: CharArray?): Key? = State.keys[alias]
    override fun engineDeleteEntry(alias: String) {
        State.keys.remove(alias)
    }

    override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit
    override fun engineAliases(): Enumeration<String> = Collections.enumeration(State.keys.keys)
    override fun engineContainsAlias(alias: String) = alias in State.keys
    override fun engineSize() = State.keys.size
    override fun engineIsKeyEntry(alias: String) = alias in State.keys
    override fun engineIsCertificateEntry(alias: String) = false
    override fun engineGetCertificateChain(alias: String): Array<Certificate>? = null
    override fun engineGetCertificate(alias: String): Certificate? = null
    override fun engineGetCreationDate(alias: String): Date? = null
    override fun engineGetCertificateAlias(certificate: Certificate?): String? = null
    override fun engineSetKeyEntry(alias: String, key: Key, password: CharArray?, chain: Array<Certificate>?) =
        throw UnsupportedOperationException()
    override fun engineSetKeyEntry(alias: String, key: ByteArray, chain: Array<Certificate>?) =
        throw UnsupportedOperationException()
    override fun engineSetCertificateEntry(alias: String, certificate: Certificate?) = throw UnsupportedOperationException()
    override fun engineStore(stream: OutputStream?, password: CharArray?) = throw UnsupportedOperationException()
}
