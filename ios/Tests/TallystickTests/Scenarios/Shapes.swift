import Foundation
import Tallystick

/// The name of a case.
func variant(_ value: Any) -> String {
    if let error = value as? WalletError, case .Locked = error { return "Locked" }
    return Mirror(reflecting: value).children.first?.label ?? String(describing: value)
}

/// The name of a case in snake case, as all languages have it here: `first_payment`.
func snake(_ value: Any) -> String {
    variant(value).reduce(into: "") { name, letter in
        if letter.isUppercase, !name.isEmpty { name += "_" }
        name += letter.lowercased()
    }
}

func shape(_ request: RequestInfo) -> JSON {
    [
        "request": .text(request.request), "link": .text(request.link), "prices": JSON(request.prices.count),
        "reusable": .yes(request.reusable), "paid": JSON(request.paidBy.count), "cancelled": .yes(request.cancelled),
    ]
}

func shape(_ plan: PaymentPlan) -> JSON {
    [
        "issuer": .text(plan.issuer),
        "total": .text(plan.currency.decimalText(amount: plan.total)),
        "tip": JSON(plan.tip.map { plan.currency.decimalText(amount: $0) }),
        "payee": JSON(plan.payee.name),
        "available": .text(plan.currency.decimalText(amount: plan.available)),
        "memo": JSON(plan.memo),
        "warnings": JSON(plan.warnings.map(snake)),
        "paid_already": .yes(plan.earlierPayment != nil),
    ]
}

func shape(_ payment: Payment, _ currency: Currency) -> JSON {
    [
        "payment": .text(payment.payment),
        "state": .text(snake(payment.state)),
        "direction": .text(snake(payment.direction)),
        "amount": .text(currency.decimalText(amount: payment.amount)),
        "tip": JSON(payment.tip.map { currency.decimalText(amount: $0) }),
        "memo": JSON(payment.memo),
        "counterpart": JSON(payment.counterpartName),
        "refusal": JSON(payment.refusal),
        "refunded": .text(currency.decimalText(amount: payment.refunded)),
        "repays": JSON(payment.repays),
    ]
}

func shape(_ scanned: Scanned) -> JSON {
    let told: String? =
        switch scanned {
        case .request(let link): link
        case .card(let link): link.text()
        case .grant(let link): link.text()
        case .receipt(let link): link.text()
        case .key(let link): link.text()
        case .broken(let rule, _): rule
        case .foreign(let system): snake(system)
        case .web(_, let host): host
        case .text(let text): text
        default: nil
        }
    return ["kind": .text(snake(scanned)), "text": JSON(told)]
}

/// Steps that need no wallet.
func withoutWallet(_ step: JSON) async throws -> JSON {
    func currency() throws -> Currency {
        let decimals = UInt8(step["decimals"].number ?? 0)
        return try Currency(
            code: step.must("code"), name: "A currency", symbol: step["symbol"].text ?? "", decimals: decimals)
    }
    func bytes() throws -> Data { try Data(base64Encoded: step.must("base64")) ?? { throw Complaint("no base64") }() }
    switch try step.must("do") {
    case "scan": return try shape(scan(text: step.must("text")))
    case "scan_code":
        let picture = try codePng(text: step.must("text"), level: .screen, pixelsPerModule: 4)
        return try await shape(scanPicture(picture: picture))
    case "scan_picture": return try await shape(scanPicture(picture: bytes()))
    case "code": return try ["width": JSON(codeModules(text: step.must("text"), level: .screen).width)]
    case "format":
        guard let amount = try Amount(step.must("amount")) else { throw Complaint("no amount in \(step)") }
        let (currency, locale) = (try currency(), try step.must("locale"))
        guard try currency.amount(currency.decimal(amount)) == amount else { throw Complaint("Decimal changes \(amount)") }
        return [
            "text": .text(try currency.format(amount: amount, locale: locale)),
            "number": .text(try currency.formatNumber(amount: amount, locale: locale)),
            "decimal": .text(currency.decimalText(amount: amount)),
        ]
    case "parse":
        let amount = try currency().parse(text: step.must("text"), locale: step.must("locale"))
        return ["amount": .text(amount.description)]
    case "amount": return try ["amount": .text(currency().amountOfText(text: step.must("text")).description)]
    case "phrase": return try ["words": JSON(RecoveryPhrase.parse(text: step.must("text")).reveal().count)]
    case "mark":
        let mark = try paymentMark(payment: step.must("payment"))
        return ["hex": .text(mark.hex), "words": JSON(mark.words)]
    case "evidence": return try ["code": .text(verifyEvidence(evidence: bytes()).code)]
    case let kind: throw Complaint("no step is called `\(kind)`")
    }
}
