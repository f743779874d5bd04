package org.tallystick

import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.withContext
import org.tallystick.core.WalletException

/**
 * Uses the wallet, then locks it, closes its files and frees it, however [block] ends: for a program that opens a wallet
 * for one task. An app keeps its wallet open and calls `pause` and `resume`.
 *
 * `use` alone frees the object, as for everything that can be closed. What is under way goes on then, and the folder can
 * be opened again only when that has ended; `shutDown`, which this calls, waits for it.
 */
public suspend fun <T> Wallet.session(block: suspend (Wallet) -> T): T = use { wallet ->
    val outcome = runCatching { block(wallet) }
    // A cancelled coroutine must close its files too.
    val closing = withContext(NonCancellable) { runCatching { wallet.shutDown() } }
    closing.exceptionOrNull()?.let { second ->
        val first = outcome.exceptionOrNull() ?: throw second
        first.addSuppressed(second)
    }
    outcome.getOrThrow()
}
