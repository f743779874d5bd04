"""What only Python needs: exact numbers, loops over events, files."""

import atexit
import decimal
import threading
import time

from . import tallystick as facade
from . import tallystick_core as core
from .tallystick import Wallet

# Enough for the largest amount: 19 digits, of which up to 9 are decimals.
_EXACT = decimal.Context(prec=40, traps=[decimal.InvalidOperation, decimal.Inexact])


def decimal_of(currency: core.Currency, amount: core.Amount) -> decimal.Decimal:
    """An amount in whole units of its currency, exactly: 1050 with two decimals is `Decimal("10.50")`."""
    return decimal.Decimal(currency.decimal_text(amount))


def amount_of(currency: core.Currency, value: decimal.Decimal) -> core.Amount:
    """The amount of a number of whole units.

    Fails with `WalletError.InvalidInput` if it is none (a float is not exact), has more decimals than the currency, or
    does not fit.
    """
    if not isinstance(value, (decimal.Decimal, int)) or not decimal.Decimal(value).is_finite():
        raise core.WalletError.InvalidInput("amount", "amount_not_a_number", "the amount is not a Decimal")
    # Zeros at the end are no decimals here: 1.500 is 1.5.
    text = format(decimal.Decimal(value).normalize(_EXACT), "f")
    return currency.amount_of_text(text)


async def events(wallet: Wallet, after: int = 0):
    """All events after a number, one after another, until the wallet is paused or closed. Acknowledge each with `ack`
    once it is dealt with: what was not is told again at the next start."""
    while (event := await wallet.next_event(after)) is not None:
        after = event.sequence
        yield event


async def balances(wallet: Wallet):
    """The balances now, and again whenever one may have changed, until the wallet is paused or closed."""
    try:
        # The cursor first: what happens after the first look must not be passed over.
        after = await _last(wallet)
        yield await wallet.balances()
        async for event in events(wallet, after):
            if not isinstance(event.event, (core.Event.CARD_CHANGED, core.Event.FRAUD_FOUND)):
                yield await wallet.balances()
    except core.WalletError.Storage as error:
        if error.fault not in ("paused", "closed"):
            raise
    except core.WalletError.Locked:
        # Closing locks too. A call that waits tells the two apart, and at once.
        await wallet.next_event(0)


async def _last(wallet: Wallet) -> int:
    after = 0
    while (event := await wallet.try_next_event(after)) is not None:
        after = event.sequence
    return after


async def connections(wallet: Wallet):
    """Which issuers can be reached: now, and whenever that changes, until the wallet is paused or closed."""
    known = await wallet.connections()
    while known is not None:
        yield known
        known = await wallet.connections_after(known)


async def export(wallet: Wallet, file, format: core.ExportFormat, issuer: core.IssuerId | None = None) -> int:
    """Writes the whole history into a text file, part by part, and gives the number of payments."""
    payments, after, more = 0, None, True
    while more:
        chunk = await wallet.export_chunk(core.ExportQuery(format=format, issuer=issuer, after=after))
        file.write(chunk.text)
        payments, after, more = payments + chunk.payments, chunk.next, chunk.next is not None
    return payments


# The generated classes would say their fields; people read words.
core.WalletError.__str__ = lambda error: error.text()


# The library's threads that are inside Python, telling a loop that a call has come to its end. Changed under the
# interpreter's lock alone.
_inside = set()


@facade._UNIFFI_RUST_FUTURE_CONTINUATION_CALLBACK
def _tell(handle, code):
    _inside.add(threading.get_ident())
    try:
        loop, future = facade._UniffiContinuationHandleMap.remove(handle)
        loop.call_soon_threadsafe(facade._uniffi_set_future_result, future, code)
    finally:
        _inside.discard(threading.get_ident())


facade._uniffi_continuation_callback = _tell


@atexit.register
def _let_threads_out():
    """Before version 3.14 Python ends a thread that asks for its lock while the interpreter stops, which Rust answers by
    ending the process. A thread may still be on its way out of the last call, so it is let out first."""
    for _ in range(1_000):
        if not _inside:
            break
        time.sleep(0.001)
