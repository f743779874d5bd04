package org.tallystick.android

import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.withContext
import org.tallystick.WalletInterface
import org.tallystick.core.WalletException

/**
 * Pauses a wallet while the app is in the background and resumes it in front, so that Android may stop the process without
 * a file left open.
 *
 * ```kotlin
 * val lifecycle = WalletLifecycle(wallet)
 * scope.launch { lifecycle.follow(presence.inFront) { failure -> show(failure) } }
 * scope.launch { lifecycle.whileAwake { wallet.handleEvents(::onEvent) } }
 * ```
 *
 * A payment that is under way when the app leaves is not stopped by that: it is written down, and taken up when the app
 * returns.
 *
 * @param wallet A wallet that was just opened.
 */
public class WalletLifecycle(private val wallet: WalletInterface) {
    private val state = MutableStateFlow(true)

    /** How often it was awake: another number also for whoever slept through a short pause. */
    private val wakes = MutableStateFlow(1L)

    /** True while the wallet's files are open. */
    public val awake: StateFlow<Boolean> = state.asStateFlow()

    /**
     * Follows the app until the coroutine is cancelled. Of changes that come faster than the wallet can follow, only the
     * last counts.
     *
     * @param inFront Whether the app can be seen, as [AppPresence] tells.
     * @param onFailure What to do if the wallet's files do not close or do not open: a full disk, as a rule. The wallet
     * stays asleep then, and the next return to the front tries again.
     */
    public suspend fun follow(inFront: StateFlow<Boolean>, onFailure: (WalletException) -> Unit) {
        inFront.collect { front ->
            if (front == state.value) return@collect
            try {
                // Half a pause would leave it open who has to open the files again.
                withContext(NonCancellable) { if (front) resume() else pause() }
            } catch (failure: WalletException) {
                onFailure(failure)
            }
        }
    }

    /**
     * Runs [work] now and each time that the wallet wakes, until the coroutine is cancelled. For whatever ends when the
     * wallet is paused: loops over events, balances and connections. Fails as they do, when the wallet is locked.
     */
    public suspend fun whileAwake(work: suspend () -> Unit) {
        // The work ends by itself at a pause, so that what it was about to acknowledge is not cut off.
        wakes.collect { if (state.value) work() }
    }

    private suspend fun resume() {
        wallet.resume()
        state.value = true
        wakes.value += 1
    }

    private suspend fun pause() {
        state.value = false
        wallet.pause()
    }
}
