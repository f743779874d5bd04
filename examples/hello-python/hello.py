"""Adds a currency, waits for some of it, pays what a code asks for, and prints the receipt.

    python hello.py WALLET-FOLDER CARD-LINK CODE

CODE is a link, or a PNG or JPEG file with a code in it.
"""

import asyncio
import pathlib
import sys

import tallystick as t


async def open_wallet(folder: pathlib.Path) -> t.Wallet:
    """The wallet in this folder, or a new one. A real program asks for the passphrase."""
    folder.mkdir(parents=True, exist_ok=True)
    settings, key = t.WalletSettings(folder=str(folder / "wallet")), str(folder / "key")
    if (folder / "key").exists():
        return await t.Wallet.open(settings, await t.open_passphrase_store(key, "correct horse battery"))
    made = await t.create_wallet(settings, await t.create_passphrase_store(key, "correct horse battery"))
    print("Write these words down:", *made.phrase.reveal())
    return made.wallet


async def money(wallet: t.Wallet, issuer: t.IssuerId) -> t.Balance:
    """The balance, as soon as there is something in it."""
    await wallet.listen()
    async for balances in t.balances(wallet):
        for balance in balances:
            if balance.issuer == issuer and balance.available > 0:
                return balance
    raise SystemExit("the wallet was closed")


async def main(folder: str, card: str, code: str):
    wallet = await open_wallet(pathlib.Path(folder))
    try:
        added = await wallet.add_currency(card, t.AccountKind.PRIVATE)
        print(f"{added.issuer_name}, account {added.account}", flush=True)
        balance = await money(wallet, added.issuer)
        print("You have", balance.currency.format(balance.available, "en"))

        file = pathlib.Path(code)
        scanned = await t.scan_picture(file.read_bytes()) if file.is_file() else t.scan(code)
        if not isinstance(scanned, t.Scanned.REQUEST):
            sys.exit(f"this asks for no payment: {scanned}")
        plan = await wallet.plan(t.PaymentWish(to=t.PayTo.REQUEST(scanned.link)))
        print("Paying", plan.currency.format(plan.total, "en"), "to", plan.payee.name or plan.payee.account)

        payment = await wallet.pay(plan)
        if payment.state is not t.PaymentState.SETTLED:
            sys.exit(f"the issuer refused: {payment.refusal}")
        print("Paid.", *t.payment_mark(payment.payment).words)
        receipt = await wallet.receipt_link(payment.payment)
        print(t.code_terminal(receipt.text(), t.CodeLevel.SCREEN, t.TerminalStyle.COLOURS))
    except t.WalletError as error:
        sys.exit(f"{error} ({error.stable_code()})")
    finally:
        await wallet.shut_down()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    asyncio.run(main(*sys.argv[1:]))
