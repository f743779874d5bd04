import Foundation
import Tallystick

private let patienceMs: UInt32 = 30_000

extension JSON {
    fileprivate var patience: UInt32? { self["patience_ms"].number.map(UInt32.init) }
    fileprivate var plan: String { self["plan"].text ?? "plan" }
}

extension Phone {
    /// Money that goes.
    func paying(_ kind: String, _ step: JSON) async throws -> JSON {
        switch kind {
        case "plan": return keep(try await wallet.plan(wish: wish(step)), step)
        case "plan_refund":
            let payment = try step.must("payment")
            var amount: Amount?
            if let text = step["amount"].text {
                amount = try await self.amount(wallet.payment(payment: payment).payment.issuer, text)
            }
            return keep(try await wallet.planRefund(payment: payment, amount: amount, memo: step["memo"].text), step)
        case "ways":
            let choices = try await wallet.waysToPay(wish: wish(step))
            return [
                "ways": JSON(choices.ways.count), "decided": .yes(choices.decided),
                "obstacles": JSON(choices.obstructed.map { snake($0.obstacle) }),
            ]
        case "pay": return try await pay(plans[step.plan] ?? { throw Complaint("no such plan") }(), step)
        case "pending": return ["payments": JSON(try await wallet.pendingPayments().count)]
        default:
            let patience = step.patience ?? patienceMs
            return try await shaped(wallet.waitForPayment(payment: step.must("payment"), patienceMs: patience))
        }
    }

    private func keep(_ plan: PaymentPlan, _ step: JSON) -> JSON {
        plans[step.plan] = plan
        return shape(plan)
    }

    /// Confirms a plan, by as many taps at once as the step says: all must come to the same payment.
    private func pay(_ plan: PaymentPlan, _ step: JSON) async throws -> JSON {
        let (wallet, patience) = (try wallet, step.patience)
        if let pin = step["pin"].text {
            return try await shaped(wallet.payOverLimit(plan: plan, pin: pin, patienceMs: patience))
        }
        let payments = try await withThrowingTaskGroup(of: Payment.self) { taps in
            for _ in 0..<(step["taps"].number ?? 1) {
                taps.addTask { try await wallet.pay(plan: plan, patienceMs: patience) }
            }
            return try await taps.reduce(into: [Payment]()) { $0.append($1) }
        }
        guard Set(payments.map(\.payment)).count == 1 else { throw Complaint("all taps are one payment: \(payments)") }
        return try await shaped(payments[0])
    }

    private func wish(_ step: JSON) async throws -> PaymentWish {
        let to: PayTo =
            if let link = step["link"].text {
                .request(link: link)
            } else {
                .account(issuer: try step.must("issuer"), account: try step.must("account"))
            }
        let issuer = step["issuer"].text
        return PaymentWish(
            to: to,
            issuer: issuer,
            amount: try await amount(issuer ?? "", step["amount"].text),
            tip: try await amount(issuer ?? "", step["tip"].text),
            memo: step["memo"].text,
            idempotencyKey: step["key"].text
        )
    }

    /// Money that comes.
    func receiving(_ kind: String, _ step: JSON) async throws -> JSON {
        switch kind {
        case "ask": return shape(try await wallet.requestPayment(wish: requestWish(step)))
        case "request": return shape(try await wallet.request(request: step.must("request")))
        case "cancel": return shape(try await wallet.cancelRequest(request: step.must("request")))
        case "paid":
            let patience = step.patience ?? patienceMs
            return try await shaped(wallet.waitForRequest(request: step.must("request"), patienceMs: patience))
        case "receipt_link":
            return ["link": .text(try await wallet.receiptLink(payment: step.must("payment")).text())]
        default: return try await shaped(wallet.findReceipt(link: step.must("link")))
        }
    }

    private func requestWish(_ step: JSON) async throws -> RequestWish {
        var prices: [PriceWish] = []
        for price in step["prices"].list ?? [] {
            let issuer = try price.must("issuer")
            prices.append(PriceWish(issuer: issuer, amount: try await amount(issuer, price["amount"].text)))
        }
        let first = prices.first?.amount ?? .zero
        return RequestWish(
            prices: prices,
            seconds: step["seconds"].number,
            reusable: step["reusable"].isYes,
            reference: step["reference"].text.map { Data($0.utf8) },
            tip: step["free_tip"].isYes ? .free : .noTip,
            lines: (step["lines"].list ?? []).compactMap(\.text).map { line in
                RequestLine(text: line, quantityThousandths: 1_000, amount: first)
            },
            note: step["note"].text
        )
    }

    /// What was paid.
    func history(_ kind: String, _ step: JSON) async throws -> JSON {
        switch kind {
        case "payment": return try await shaped(wallet.payment(payment: step.must("payment")).payment)
        case "export":
            let format: ExportFormat = step["format"].text == "csv" ? .csv : .json
            let part = try await wallet.exportChunk(query: ExportQuery(format: format))
            let lines = part.text.split(whereSeparator: \.isNewline).count
            return ["lines": JSON(lines), "payments": JSON(part.payments), "more": .yes(part.next != nil)]
        default:
            let page = try await wallet.history(query: HistoryQuery(
                issuer: step["issuer"].text,
                text: step["text"].text,
                before: step["before"].text,
                limit: step["limit"].number.map(UInt32.init) ?? 50
            ))
            var payments: [JSON] = []
            for payment in page.payments { payments.append(try await shaped(payment)) }
            return ["payments": .list(payments), "more": .yes(page.next != nil), "next": JSON(page.next)]
        }
    }

    /// For somebody else's account.
    func acting(_ kind: String, _ step: JSON) async throws -> JSON {
        let owner = try wallet.owner()
        switch kind {
        case "device_key": return ["key": .text(try await wallet.deviceKey())]
        case "grant_link": return ["link": .text(try await wallet.grantLink(issuer: step.must("issuer")).text())]
        case "act_for": return ["account": .text(try await wallet.actFor(link: step.must("link")).account)]
        case "cancel_grant":
            let grant = try await owner.cancelGrant(issuer: step.must("issuer"), grant: step.must("grant"))
            return ["state": .text(snake(grant.state))]
        default:
            let (issuer, may) = (try step.must("issuer"), Set((step["may"].list ?? []).compactMap(\.text)))
            let capabilities = KeyCapabilities(
                pay: may.contains("pay"), receive: may.contains("receive"), refund: may.contains("refund"),
                view: may.contains("view"), attest: may.contains("attest")
            )
            let grant = try await owner.grantKey(
                issuer: issuer,
                key: step.must("key"),
                capabilities: capabilities,
                notAfter: step["until"].number ?? 0,
                limit: amount(issuer, step["limit"].text)
            )
            return ["grant": .text(grant.grant), "state": .text(snake(grant.state))]
        }
    }
}
