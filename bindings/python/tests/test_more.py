import asyncio
import io
import tempfile
import unittest
from decimal import Decimal

import tallystick as t
from scenario import Town
from steps import Reversing


class NumbersTest(unittest.TestCase):
    bread = t.Currency(code="BREAD", name="Bread", symbol="", decimals=2)

    def test_amounts_are_exact_to_the_last_unit(self):
        for amount in (0, 1, -1050, 2**63 - 1, -(2**63)):
            value = t.decimal_of(self.bread, amount)
            self.assertEqual(value.as_tuple().exponent, -2)
            self.assertEqual(t.amount_of(self.bread, value), amount)
        self.assertEqual(t.amount_of(self.bread, Decimal("1.500")), 150)
        self.assertEqual(t.amount_of(self.bread, 7), 700)

    def test_what_is_no_amount_is_a_typed_error(self):
        wrong = (Decimal("1.005"), Decimal("NaN"), Decimal("1E+30"), 1.5, "1.50")
        for value in wrong:
            with self.assertRaises(t.WalletError.InvalidInput) as caught:
                t.amount_of(self.bread, value)
            self.assertEqual(caught.exception.field, "amount")

    def test_errors_read_well(self):
        with self.assertRaises(t.WalletError) as caught:
            self.bread.parse("1.005", "en")
        self.assertEqual(str(caught.exception), "amount: amount has 3 decimals; write at most 2")


class LoopsTest(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.town = Town()
        self.addCleanup(self.town.close)
        order = {"do": "shop", "name": "Bakery", "code": "BUN"}
        self.shop = await asyncio.to_thread(self.town.tell, order)
        made = await t.create_wallet(t.WalletSettings(folder=folder.name), Reversing())
        self.wallet = made.wallet

    async def fund(self, amount):
        account = (await self.wallet.currency(self.shop["issuer"])).account
        order = {"do": "fund", "shop": "Bakery", "account": account, "amount": amount}
        await asyncio.to_thread(self.town.tell, order)

    async def test_events_balances_and_connections_come_by_themselves_and_end_with_the_wallet(self):
        await self.wallet.add_currency(self.shop["link"], t.AccountKind.PRIVATE)
        await self.wallet.listen()
        balances, connections = t.balances(self.wallet), t.connections(self.wallet)
        self.assertEqual([balance.balance for balance in await anext(balances)], [0])
        async for lines in connections:
            if lines and all(line.online for line in lines):
                break
        await self.fund("2.50")
        async for event in t.events(self.wallet):
            await self.wallet.ack(event.sequence)
            if isinstance(event.event, t.Event.PAYMENT_RECEIVED):
                break
        async for now in balances:
            if now[0].balance == 250:
                break
        left = asyncio.create_task(asyncio.wait_for(self.rest(t.events(self.wallet, 1_000)), 30))
        await self.wallet.shut_down()
        self.assertEqual(await left, [])
        self.assertEqual(await self.rest(t.balances(self.wallet)), [])

    async def test_balances_of_a_locked_wallet_are_an_error(self):
        await self.wallet.lock()
        with self.assertRaises(t.WalletError.Locked):
            await self.rest(t.balances(self.wallet))
        await self.wallet.shut_down()

    async def rest(self, events):
        return [event async for event in events]

    async def test_a_cancelled_task_leaves_the_payment_to_its_end(self):
        issuer = self.shop["issuer"]
        await self.wallet.add_currency(self.shop["link"], t.AccountKind.PRIVATE)
        await self.fund("20")
        await self.wallet.sync(issuer)
        wish = t.PaymentWish(to=t.PayTo.ACCOUNT(issuer, self.shop["account"]), amount=300)
        plan = await self.wallet.plan(wish)
        paying = asyncio.create_task(self.wallet.pay(plan))
        async for event in t.events(self.wallet):
            if isinstance(event.event, t.Event.PAYMENT_SUBMITTED):
                paying.cancel()
                break
        with self.assertRaises(asyncio.CancelledError):
            await paying
        settled = await self.wallet.wait_for_payment(event.event.payment, 30_000)
        self.assertEqual(settled.state, t.PaymentState.SETTLED)
        again = await self.wallet.pay(plan)
        self.assertEqual(again.payment, settled.payment)
        self.assertEqual(self.town.tell({"do": "books", "shop": "Bakery"})["balance"], "3.00")
        out = io.StringIO()
        self.assertEqual(await t.export(self.wallet, out, t.ExportFormat.CSV), 2)
        self.assertEqual(len(out.getvalue().splitlines()), 3)
        await self.wallet.shut_down()


if __name__ == "__main__":
    unittest.main()
