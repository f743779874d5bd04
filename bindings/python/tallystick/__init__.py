"""Tallystick: a wallet for money that businesses issue.

>>> made = await create_wallet(WalletSettings(folder="wallet"), await create_passphrase_store("key", "secret"))
>>> await made.wallet.add_currency(link, AccountKind.PRIVATE)

Every call fails with a `WalletError`: decide by its class or its `stable_code()`, and show its text.
"""

from .tallystick_core import *
# Names for what is a text or a number here, which the generated module keeps to itself.
from .tallystick_core import (
    AccountId,
    Amount,
    Digest,
    DisplayRate,
    IssuerId,
    OrderId,
    PublicKey,
    RequestId,
    RequestLink,
    SealingKey,
)
from .tallystick import *
from ._more import amount_of, balances, connections, decimal_of, events, export
