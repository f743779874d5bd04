package org.tallystick

import java.util.concurrent.CountDownLatch
import org.tallystick.core.SecretStore

/** Keeps no secret at all, which is enough to see that the wallet asks and takes what it gets. */
open class OpenSecretStore : SecretStore {
    override fun seal(name: String, secret: ByteArray): ByteArray = secret.reversedArray()
    override fun unseal(name: String, sealed: ByteArray): ByteArray = sealed.reversedArray()
    override fun delete(name: String) = Unit
}

/** Fails at opening, as it is told to. */
class FailingSecretStore(private val failure: Exception) : OpenSecretStore() {
    override fun unseal(name: String, sealed: ByteArray): ByteArray = throw failure
}

/** Waits at sealing until it is let go on, as a store does that asks its user. */
class AskingSecretStore : OpenSecretStore() {
    val asked = CountDownLatch(1)
    val answered = CountDownLatch(1)

    override fun seal(name: String, secret: ByteArray): ByteArray {
        asked.countDown()
        answered.await()
        return super.seal(name, secret)
    }
}
