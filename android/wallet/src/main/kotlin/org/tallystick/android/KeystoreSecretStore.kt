package org.tallystick.android

import android.content.Context
import android.os.Looper
import android.security.keystore.KeyPermanentlyInvalidatedException
import org.tallystick.core.SecretStore
import org.tallystick.core.SecretStoreException

/**
 * Keeps the wallet's key in Android's keystore, in StrongBox where there is one.
 *
 * ```kotlin
 * val secrets = KeystoreSecretStore(context)
 * val wallet = Wallet.open(WalletSettings("${context.noBackupFilesDir}/wallet"), secrets)
 * ```
 *
 * What it seals opens on this phone alone: a backup of the app's files is of no use elsewhere. The recovery phrase is what
 * brings a wallet to another phone.
 *
 * The wallet calls it on a thread of its own, which waits while a person is asked.
 */
public class KeystoreSecretStore(
    context: Context,
    private val options: KeystoreOptions = KeystoreOptions(),
) : SecretStore {
    private val key = KeystoreKey(context.applicationContext, options)
    private val approval = options.authentication?.let { Approval.by(context.applicationContext, it) } ?: Approval.None
    private val sealing = SealedSecret(approval::approve)

    @Throws(SecretStoreException::class)
    override fun seal(name: String, secret: ByteArray): ByteArray = typed {
        try {
            sealWith(name, secret)
        } finally {
            secret.fill(0)
        }
    }

    @Throws(SecretStoreException::class)
    override fun unseal(name: String, sealed: ByteArray): ByteArray = typed {
        SealedSecret.check(sealed)
        // Something was sealed here once. Whatever removed the key, a restored backup as a rule, it does not come back.
        val found = key.found() ?: throw SecretStoreException.KeyInvalidated()
        sealing.unseal(found, name, sealed)
    }

    /** Does nothing: one key seals whatever the wallet keeps, and nothing is kept for a name. See [destroyKey]. */
    @Throws(SecretStoreException::class)
    override fun delete(name: String): Unit = Unit

    /**
     * Where the key lives; null if there is none yet. For a page of settings, or for a rule that needs secure hardware.
     *
     * @throws SecretStoreException if the keystore cannot be asked.
     */
    @Throws(SecretStoreException::class)
    public fun keyPlace(): KeyPlace? = typed { key.found()?.let(key::place) }

    /**
     * Destroys the key: whatever it sealed never opens again. For an app whose wallet is removed for good. Does nothing
     * if there is none.
     *
     * @throws SecretStoreException if the keystore cannot be asked.
     */
    @Throws(SecretStoreException::class)
    public fun destroyKey(): Unit = typed { key.delete() }

    private fun sealWith(name: String, secret: ByteArray): ByteArray =
        try {
            sealing.seal(key.foundOrMade(), name, secret)
        } catch (@Suppress("SwallowedException") gone: KeyPermanentlyInvalidatedException) {
            // It opens nothing any more, so nothing is lost with it: a wallet that is restored here begins with a new one.
            sealing.seal(key.madeAnew(), name, secret)
        }

    private inline fun <T> typed(work: () -> T): T {
        // The answer to the prompt would come on the very thread that waits for it.
        if (options.authentication != null && Looper.myLooper() == Looper.getMainLooper()) {
            throw SecretStoreException.Other("called on the main thread, which the prompt needs")
        }
        return try {
            work()
        } catch (@Suppress("TooGenericExceptionCaught") failure: Exception) {
            throw secretStoreError(failure)
        }
    }
}
