package org.tallystick

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flow
import org.tallystick.core.Balance
import org.tallystick.core.Event
import org.tallystick.core.IssuerConnection
import org.tallystick.core.NumberedEvent
import org.tallystick.core.WalletException

/**
 * What happens in the wallet, in order, beginning with the oldest event after number [after] that was not acknowledged.
 *
 * The flow ends when the wallet is paused or shut down; collect again after `resume`. It fails with
 * [WalletException.Locked] when the wallet is locked. Every collector gets every event: events are kept until `ack` is
 * called, so that none is lost when the app dies. See [handleEvents], which acknowledges by itself.
 */
public fun WalletInterface.events(after: Long = 0): Flow<NumberedEvent> = flow {
    var last = after
    while (true) {
        val event = nextEvent(last) ?: break
        last = event.sequence
        emit(event)
    }
}

/**
 * Calls [handle] with every event, in order, and acknowledges each once `handle` has returned. Returns when the wallet is
 * paused or shut down.
 *
 * If `handle` fails, or the app dies in it, the same event comes again next time: an event is handled at least once. One
 * such loop is enough for an app; screens that only look collect [events] or [balanceUpdates].
 *
 * @throws WalletException.Locked when the wallet is locked, now or while waiting.
 */
@Throws(WalletException::class, kotlin.coroutines.cancellation.CancellationException::class)
public suspend fun WalletInterface.handleEvents(handle: suspend (Event) -> Unit) {
    events().collect { (sequence, event) ->
        handle(event)
        ack(sequence)
    }
}

/**
 * All balances now, and again whenever one is another: for a screen that shows what is held. A collector that is slow
 * misses what was between, never what is last.
 *
 * Ends and fails as [events] does.
 */
public fun WalletInterface.balanceUpdates(): Flow<List<Balance>> = flow {
    var seen = 0L
    while (true) {
        // What happened before the balances are read is in them; what happens meanwhile ends the wait below at once.
        seen = unlessEnded { newestEvent(seen) } ?: break
        emit(unlessEnded { balances() } ?: break)
        seen = nextEvent(seen)?.sequence ?: break
    }
}.distinctUntilChanged()

/**
 * Which issuers can be reached now, and again whenever that is otherwise, while the wallet listens to them (`listen`).
 * Ends when the wallet is paused or shut down.
 */
public fun WalletInterface.connectionUpdates(): Flow<List<IssuerConnection>> = flow {
    var known = connections()
    while (true) {
        emit(known)
        known = connectionsAfter(known) ?: break
    }
}

private suspend fun WalletInterface.newestEvent(after: Long): Long {
    var newest = after
    while (true) newest = tryNextEvent(newest)?.sequence ?: return newest
}

/** None if the wallet was paused or shut down meanwhile, as the calls that wait say it. */
private suspend inline fun <T> WalletInterface.unlessEnded(call: () -> T): T? =
    try {
        call()
    } catch (error: WalletException.Storage) {
        if (error.fault == "paused" || error.fault == "closed") null else throw error
    } catch (error: WalletException.Locked) {
        // Shutting down locks too. A call that waits tells the two apart, and at once.
        nextEvent(0)
        null
    }
