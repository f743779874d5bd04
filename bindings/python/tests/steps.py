"""The steps of scenarios that are taken on a phone, a function each, and what they give."""

import asyncio
import base64
import decimal

import tallystick as t


class Reversing(t.SecretStore):
    """A store of secrets that keeps none: enough to see that the wallet asks and takes what it gets."""

    def seal(self, name, secret):
        return secret[::-1]

    def unseal(self, name, sealed):
        return sealed[::-1]

    def delete(self, name):
        pass


class Phone:
    """A folder, a store of secrets, and the wallet while it is open."""

    def __init__(self, folder):
        self.settings = t.WalletSettings(folder=str(folder))
        self.secrets = Reversing()
        self.wallet = self.phrase = None
        self.plans, self.events_after = {}, 0

    async def put_away(self):
        if self.wallet:
            await self.wallet.shut_down()

    async def currency(self, issuer):
        return (await self.wallet.currency(issuer)).currency

    async def amount(self, issuer, text):
        return None if text is None else (await self.currency(issuer)).amount_of_text(text)


async def take(scenario, step):
    if "on" not in step:
        return await WITHOUT_WALLET[step["do"]](step)
    if step["do"] == "restore":
        return await restore(scenario, step)
    name = step["on"]
    if name not in scenario.phones:
        scenario.phones[name] = Phone(scenario.folder / name)
    return await ON_PHONE[step["do"]](scenario.phones[name], step)


def snake(name):
    """`Event.FIRST_PAYMENT` as `first_payment`."""
    return name.rpartition(".")[2].lower()


def variant(value):
    return snake(getattr(value, "name", None) or type(value).__name__)


# Guarding


async def create(phone, step):
    made = await t.create_wallet(phone.settings, phone.secrets)
    phone.wallet, phone.phrase = made.wallet, made.phrase
    return {}


async def open_(phone, step):
    phone.wallet = await t.Wallet.open(phone.settings, phone.secrets)
    return {}


def plainly(method, *fields):
    """A step that hands fields to a method and gives nothing."""

    async def taken(phone, step):
        await getattr(phone.wallet, method)(*(step.get(field) for field in fields))
        return {}

    return taken


async def app_lock(phone, step):
    lock = await phone.wallet.app_lock()
    return {
        "locked": lock.locked,
        "pin_set": lock.pin_set,
        "wrong_pins": lock.wrong_pins,
        "must_wait": lock.wait_seconds > 0,
    }


async def set_limits(phone, step):
    issuer = step["issuer"]
    limits = t.SpendingLimits(
        per_payment=await phone.amount(issuer, step.get("per_payment")),
        per_day=await phone.amount(issuer, step.get("per_day")),
    )
    await phone.wallet.set_spending_limits(issuer, limits, step.get("pin"))
    return {}


# Holding


async def add(phone, step):
    kind = t.AccountKind.PUBLIC if step.get("public") else t.AccountKind.PRIVATE
    added = await phone.wallet.add_currency(step["link"], kind)
    return {
        "issuer": added.issuer,
        "account": added.account,
        "name": added.issuer_name,
        "code": added.currency.code,
        "decimals": added.currency.decimals,
        "promise": added.promise,
        "opened": added.opened,
    }


async def currencies(phone, step):
    return {"codes": [info.currency.code for info in await phone.wallet.currencies()]}


async def balance(phone, step):
    balance = await phone.wallet.balance(step["issuer"])
    text = balance.currency.decimal_text
    return {
        "balance": text(balance.balance),
        "held": text(balance.held),
        "available": text(balance.available),
    }


async def events(phone, step):
    names = []
    while (event := await phone.wallet.try_next_event(phone.events_after)) is not None:
        names.append(variant(event.event))
        phone.events_after = event.sequence
        await phone.wallet.ack(event.sequence)
    return {"names": names}


async def rekey(phone, step):
    report = await phone.wallet.rekey(phone.phrase)
    return {"done": len(report.done), "generation": report.generation, "complete": report.complete}


async def restore(scenario, step):
    phrase = scenario.phones[step["phrase_of"]].phrase
    phone = Phone(scenario.folder / step["on"])
    begin = t.restore_wallet_after_loss if step.get("after_loss") else t.restore_wallet
    back = await begin(phone.settings, phone.secrets, phrase, step["link"])
    phone.wallet, phone.phrase = back.wallet, phrase
    scenario.phones[step["on"]] = phone
    return {
        "restored": len(back.restored.restored),
        "complete": back.restored.complete,
        "rekeyed": back.rekeyed and len(back.rekeyed.done),
    }


# Paying


async def wish(phone, step):
    issuer = step.get("issuer")
    to = (
        t.PayTo.REQUEST(step["link"])
        if "link" in step
        else t.PayTo.ACCOUNT(issuer, step["account"])
    )
    return t.PaymentWish(
        to=to,
        issuer=issuer,
        amount=await phone.amount(issuer, step.get("amount")),
        tip=await phone.amount(issuer, step.get("tip")),
        memo=step.get("memo"),
        idempotency_key=step.get("key"),
    )


def planned(phone, step, plan):
    phone.plans[step.get("plan", "plan")] = plan
    text = plan.currency.decimal_text
    return {
        "issuer": plan.issuer,
        "total": text(plan.total),
        "tip": None if plan.tip is None else text(plan.tip),
        "payee": plan.payee.name,
        "available": text(plan.available),
        "memo": plan.memo,
        "warnings": [variant(warning) for warning in plan.warnings],
        "paid_already": plan.earlier_payment is not None,
    }


async def plan(phone, step):
    return planned(phone, step, await phone.wallet.plan(await wish(phone, step)))


async def plan_refund(phone, step):
    amount = None
    if "amount" in step:
        paid = await phone.wallet.payment(step["payment"])
        amount = await phone.amount(paid.payment.issuer, step["amount"])
    plan = await phone.wallet.plan_refund(step["payment"], amount, step.get("memo"))
    return planned(phone, step, plan)


async def ways(phone, step):
    choices = await phone.wallet.ways_to_pay(await wish(phone, step))
    return {
        "ways": len(choices.ways),
        "decided": choices.decided,
        "obstacles": [variant(price.obstacle) for price in choices.obstructed],
    }


async def pay(phone, step):
    plan, patience = phone.plans[step.get("plan", "plan")], step.get("patience_ms")
    if "pin" in step:
        return await paid(phone, await phone.wallet.pay_over_limit(plan, step["pin"], patience))
    taps = (phone.wallet.pay(plan, patience) for _ in range(step.get("taps", 1)))
    payments = await asyncio.gather(*taps)
    assert len({payment.payment for payment in payments}) == 1, "all taps are one payment"
    return await paid(phone, payments[0])


async def paid(phone, payment):
    text = (await phone.currency(payment.issuer)).decimal_text
    return {
        "payment": payment.payment,
        "state": variant(payment.state),
        "direction": variant(payment.direction),
        "amount": text(payment.amount),
        "tip": None if payment.tip is None else text(payment.tip),
        "memo": payment.memo,
        "counterpart": payment.counterpart_name,
        "refusal": payment.refusal,
        "refunded": text(payment.refunded),
        "repays": payment.repays,
    }


async def wait(phone, step):
    payment = await phone.wallet.wait_for_payment(step["payment"], step.get("patience_ms", 30_000))
    return await paid(phone, payment)


async def pending(phone, step):
    return {"payments": len(await phone.wallet.pending_payments())}


# Receiving


async def ask(phone, step):
    prices = [
        t.PriceWish(issuer=price["issuer"], amount=await phone.amount(price["issuer"], price.get("amount")))
        for price in step["prices"]
    ]
    lines = [
        t.RequestLine(text=text, quantity_thousandths=1_000, amount=prices[0].amount)
        for text in step.get("lines", [])
    ]
    wished = t.RequestWish(
        prices=prices,
        seconds=step.get("seconds"),
        reusable=step.get("reusable", False),
        reference=step["reference"].encode() if "reference" in step else None,
        tip=t.TipWish.FREE() if step.get("free_tip") else t.TipWish.NO_TIP(),
        lines=lines,
        note=step.get("note"),
    )
    return asked(await phone.wallet.request_payment(wished))


def asked(request):
    return {
        "request": request.request,
        "link": request.link,
        "prices": len(request.prices),
        "reusable": request.reusable,
        "paid": len(request.paid_by),
        "cancelled": request.cancelled,
    }


async def request(phone, step):
    return asked(await phone.wallet.request(step["request"]))


async def cancel(phone, step):
    return asked(await phone.wallet.cancel_request(step["request"]))


async def request_paid(phone, step):
    payment = await phone.wallet.wait_for_request(step["request"], step.get("patience_ms", 30_000))
    return await paid(phone, payment)


async def receipt_link(phone, step):
    return {"link": (await phone.wallet.receipt_link(step["payment"])).text()}


async def find_receipt(phone, step):
    return await paid(phone, await phone.wallet.find_receipt(step["link"]))


# History


async def payment(phone, step):
    return await paid(phone, (await phone.wallet.payment(step["payment"])).payment)


async def history(phone, step):
    page = await phone.wallet.history(
        t.HistoryQuery(
            issuer=step.get("issuer"),
            text=step.get("text"),
            before=step.get("before"),
            limit=step.get("limit", 50),
        )
    )
    payments = [await paid(phone, payment) for payment in page.payments]
    return {"payments": payments, "more": page.next is not None, "next": page.next}


async def export(phone, step):
    format = t.ExportFormat.CSV if step["format"] == "csv" else t.ExportFormat.JSON
    chunk = await phone.wallet.export_chunk(t.ExportQuery(format=format))
    lines = len(chunk.text.splitlines())
    return {"lines": lines, "payments": chunk.payments, "more": chunk.next is not None}


# Acting for others


async def device_key(phone, step):
    return {"key": await phone.wallet.device_key()}


async def grant_key(phone, step):
    may = t.KeyCapabilities(**{capability: True for capability in step["may"]})
    limit = await phone.amount(step["issuer"], step.get("limit"))
    grant = await phone.wallet.owner().grant_key(step["issuer"], step["key"], may, step["until"], limit)
    return {"grant": grant.grant, "state": variant(grant.state)}


async def cancel_grant(phone, step):
    grant = await phone.wallet.owner().cancel_grant(step["issuer"], step["grant"])
    return {"state": variant(grant.state)}


async def grant_link(phone, step):
    return {"link": (await phone.wallet.grant_link(step["issuer"])).text()}


async def act_for(phone, step):
    return {"account": (await phone.wallet.act_for(step["link"])).account}


# Without a wallet


def scanned(scanned):
    link = getattr(scanned, "link", None)
    told = link.text() if hasattr(link, "text") else link
    for field in ("rule", "system", "host", "text"):
        value = getattr(scanned, field, None)
        if told is None and value is not None:
            told = value if isinstance(value, str) else variant(value)
    return {"kind": variant(scanned), "text": told}


async def scan(step):
    return scanned(t.scan(step["text"]))


async def scan_code(step):
    picture = t.code_png(step["text"], t.CodeLevel.SCREEN, 4)
    return scanned(await t.scan_picture(picture))


async def scan_picture(step):
    return scanned(await t.scan_picture(base64.b64decode(step["base64"])))


async def code(step):
    return {"width": t.code_modules(step["text"], t.CodeLevel.SCREEN).width}


def currency_of(step):
    return t.Currency(
        code=step["code"], name="A currency", symbol=step.get("symbol", ""), decimals=step["decimals"]
    )


async def format_(step):
    currency, amount = currency_of(step), int(step["amount"])
    assert t.decimal_of(currency, amount) == decimal.Decimal(currency.decimal_text(amount))
    return {
        "text": currency.format(amount, step["locale"]),
        "number": currency.format_number(amount, step["locale"]),
        "decimal": currency.decimal_text(amount),
    }


async def parse(step):
    return {"amount": str(currency_of(step).parse(step["text"], step["locale"]))}


async def amount(step):
    return {"amount": str(currency_of(step).amount_of_text(step["text"]))}


async def phrase(step):
    return {"words": len(t.RecoveryPhrase.parse(step["text"]).reveal())}


async def mark(step):
    mark = t.payment_mark(step["payment"])
    return {"hex": mark.hex, "words": mark.words}


async def evidence(step):
    return {"code": t.verify_evidence(base64.b64decode(step["base64"])).code}


ON_PHONE = {
    "create": create,
    "open": open_,
    **{name: plainly(name) for name in ("shut_down", "pause", "resume", "lock", "unlock")},
    **{name: plainly(name, "pin") for name in ("check_pin", "unlock_with_pin", "remove_pin")},
    "set_pin": plainly("set_pin", "pin", "present_pin"),
    "sync": plainly("sync", "issuer"),
    "paid": request_paid,
    **{
        function.__name__: function
        for function in (
            app_lock, set_limits, add, currencies, balance, events, rekey, plan, plan_refund, ways, pay, wait,
            pending, ask, request, cancel, receipt_link, find_receipt, payment, history, export, device_key,
            grant_key, cancel_grant, grant_link, act_for,
        )
    },
}

WITHOUT_WALLET = {
    "format": format_,
    **{
        function.__name__: function
        for function in (scan, scan_code, scan_picture, code, parse, amount, phrase, mark, evidence)
    },
}
