package org.tallystick

import java.io.OutputStream
import java.io.Writer
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.withContext
import org.tallystick.core.ExportFormat
import org.tallystick.core.ExportQuery
import org.tallystick.core.HistoryQuery
import org.tallystick.core.IssuerId
import org.tallystick.core.Payment
import org.tallystick.core.WalletException

/**
 * The payments of the history, newest first, read page by page as they are collected: `payments().take(20)` reads one page.
 *
 * @param query what to look for; its `limit` is the size of a page, its `before` where to begin.
 */
public fun WalletInterface.payments(query: HistoryQuery = HistoryQuery()): Flow<Payment> = flow {
    var page = history(query)
    while (true) {
        page.payments.forEach { emit(it) }
        page = history(query.copy(before = page.next ?: break))
    }
}

/**
 * Writes the whole history to [output], newest first, a few hundred payments at a time, and gives their number. Flushes
 * the writer and leaves it open.
 *
 * @param issuer only this issuer's money; all if there is none.
 * @throws java.io.IOException if the writer fails; what was written stays written.
 */
@Throws(WalletException::class, java.io.IOException::class, kotlin.coroutines.cancellation.CancellationException::class)
public suspend fun WalletInterface.exportHistory(
    output: Writer,
    format: ExportFormat,
    issuer: IssuerId? = null,
): Long = withContext(Dispatchers.IO) {
    var payments = 0L
    var after: String? = null
    do {
        val chunk = exportChunk(ExportQuery(format, issuer, after))
        output.write(chunk.text)
        payments += chunk.payments
        after = chunk.next
    } while (after != null)
    output.flush()
    payments
}

/** The same into a stream, in UTF-8. Flushes the stream and leaves it open. */
@Throws(WalletException::class, java.io.IOException::class, kotlin.coroutines.cancellation.CancellationException::class)
public suspend fun WalletInterface.exportHistory(
    output: OutputStream,
    format: ExportFormat,
    issuer: IssuerId? = null,
): Long = exportHistory(output.writer(), format, issuer)
