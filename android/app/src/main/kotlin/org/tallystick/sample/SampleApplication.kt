package org.tallystick.sample

import android.app.Application
import java.io.File
import java.util.Locale
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import org.tallystick.Wallet
import org.tallystick.WalletSettings
import org.tallystick.android.AppPresence
import org.tallystick.android.KeystoreSecretStore
import org.tallystick.android.WalletLifecycle
import org.tallystick.core.WalletException
import org.tallystick.createWallet
import org.tallystick.userText

/** Opens the one wallet, and keeps it while the process lives. */
internal class SampleApplication : Application() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private val opened = MutableStateFlow<WalletModel?>(null)
    private val failed = MutableStateFlow<String?>(null)
    private lateinit var presence: AppPresence

    /** The open wallet. */
    val model: StateFlow<WalletModel?> = opened.asStateFlow()

    /** Why there is none. */
    val failure: StateFlow<String?> = failed.asStateFlow()

    override fun onCreate() {
        super.onCreate()
        presence = AppPresence(this)
        open()
    }

    /** Again, for whoever was told what to do first. */
    fun open() {
        failed.value = null
        scope.launch {
            try {
                openOrCreate()
            } catch (failure: WalletException) {
                failed.value = failure.userText
            }
        }
    }

    private suspend fun openOrCreate() {
        val folder = File(noBackupFilesDir, "wallet")
        val settings = WalletSettings(folder.path)
        val secrets = KeystoreSecretStore(this)
        val locale = Locale.getDefault().toLanguageTag()
        if (folder.exists()) {
            val wallet = Wallet.open(settings, secrets)
            use(wallet, WalletModel(wallet, scope, locale).also { it.home() })
        } else {
            val made = createWallet(settings, secrets)
            val words = made.phrase.use { it.reveal() }
            use(made.wallet, WalletModel(made.wallet, scope, locale, Screen.Phrase(words)))
        }
    }

    private fun use(wallet: Wallet, model: WalletModel) {
        val lifecycle = WalletLifecycle(wallet)
        scope.launch { lifecycle.follow(presence.inFront) { model.say(it.userText) } }
        scope.launch {
            try {
                lifecycle.whileAwake { model.follow() }
            } catch (failure: WalletException) {
                model.say(failure.userText)
            }
        }
        opened.value = model
    }
}
