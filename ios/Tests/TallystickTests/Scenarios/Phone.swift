import Foundation
import Tallystick

/// Somebody's phone: a folder, a keystore, and the wallet while it is open.
final class Phone {
    private let settings: WalletSettings
    private let secrets = OpenSecretStore()
    private var open: Wallet?
    private var words: RecoveryPhrase?
    private var eventsAfter: Int64 = 0

    /// The plans that were made, by their names.
    var plans: [String: PaymentPlan] = [:]

    init(folder: URL) {
        settings = WalletSettings(folder: folder.appendingPathComponent("wallet").path)
    }

    var wallet: Wallet {
        get throws { try open ?? { throw Complaint("no wallet is open") }() }
    }

    func phrase() throws -> RecoveryPhrase { try words ?? { throw Complaint("no phrase is known") }() }

    func putAway() async throws { try await open?.shutDown() }

    /// Takes a step, and gives what it gives in the form of all languages.
    func take(_ step: JSON) async throws -> JSON {
        let kind = try step.must("do")
        switch kind {
        case "create":
            let made = try await createWallet(settings: settings, secrets: secrets)
            (open, words) = (made.wallet, made.phrase)
        case "open": open = try await Wallet.open(settings: settings, secrets: secrets)
        case "lock": try await wallet.lock()
        case "unlock": try await wallet.unlock()
        case "pause": try await wallet.pause()
        case "resume": try await wallet.resume()
        case "shut_down": try await wallet.shutDown()
        case "set_pin": try await wallet.setPin(newPin: step.must("pin"), presentPin: step["present_pin"].text)
        case "remove_pin": try await wallet.removePin(pin: step.must("pin"))
        case "check_pin": try await wallet.checkPin(pin: step.must("pin"))
        case "unlock_with_pin": try await wallet.unlockWithPin(pin: step.must("pin"))
        case "sync": try await wallet.sync(issuer: step.must("issuer"))
        case "set_limits": try await setLimits(step)
        case "app_lock":
            let lock = try await wallet.appLock()
            return [
                "locked": .yes(lock.locked), "pin_set": .yes(lock.pinSet), "wrong_pins": JSON(lock.wrongPins),
                "must_wait": .yes(lock.waitSeconds > 0),
            ]
        case "add": return try await add(step)
        case "balance": return try await balance(step)
        case "currencies": return ["codes": JSON(try await wallet.currencies().map(\.currency.code))]
        case "rekey":
            let report = try await wallet.rekey(phrase: phrase())
            return [
                "done": JSON(report.done.count), "generation": JSON(report.generation), "complete": .yes(report.complete),
            ]
        case "events": return ["names": JSON(try await events())]
        case "plan", "ways", "plan_refund", "pay", "wait", "pending": return try await paying(kind, step)
        case "ask", "request", "paid", "cancel", "receipt_link", "find_receipt": return try await receiving(kind, step)
        case "history", "payment", "export": return try await history(kind, step)
        case "device_key", "grant_key", "cancel_grant", "grant_link", "act_for": return try await acting(kind, step)
        default: throw Complaint("no step is called `\(kind)`")
        }
        return [:]
    }

    /// Becomes the phone of a phrase.
    func restore(_ phrase: RecoveryPhrase, _ step: JSON) async throws -> JSON {
        let link = try step.must("link")
        let back =
            step["after_loss"].isYes
            ? try await restoreWalletAfterLoss(settings: settings, secrets: secrets, phrase: phrase, cardLink: link)
            : try await restoreWallet(settings: settings, secrets: secrets, phrase: phrase, cardLink: link)
        (open, words) = (back.wallet, phrase)
        return [
            "restored": JSON(back.restored.restored.count), "complete": .yes(back.restored.complete),
            "rekeyed": back.rekeyed.map { JSON($0.done.count) } ?? .null,
        ]
    }

    private func setLimits(_ step: JSON) async throws {
        let issuer = try step.must("issuer")
        let limits = SpendingLimits(
            perPayment: try await amount(issuer, step["per_payment"].text),
            perDay: try await amount(issuer, step["per_day"].text)
        )
        try await wallet.setSpendingLimits(issuer: issuer, limits: limits, pin: step["pin"].text)
    }

    private func add(_ step: JSON) async throws -> JSON {
        let kind: AccountKind = step["public"].isYes ? .public : .private
        let added = try await wallet.addCurrency(link: step.must("link"), kind: kind)
        return [
            "issuer": .text(added.issuer), "account": .text(added.account), "name": .text(added.issuerName),
            "code": .text(added.currency.code), "decimals": JSON(added.currency.decimals), "promise": .text(added.promise),
            "opened": .yes(added.opened),
        ]
    }

    private func balance(_ step: JSON) async throws -> JSON {
        let now = try await wallet.balance(issuer: step.must("issuer"))
        let text = { (amount: Amount) in JSON.text(now.currency.decimalText(amount: amount)) }
        return ["balance": text(now.balance), "held": text(now.held), "available": text(now.available)]
    }

    private func events() async throws -> [String] {
        var names: [String] = []
        while let numbered = try await wallet.tryNextEvent(after: eventsAfter) {
            names.append(snake(numbered.event))
            eventsAfter = numbered.sequence
            try await wallet.ack(sequence: numbered.sequence)
        }
        return names
    }

    /// An amount as scenarios write them: exact decimal text in whole units of the currency.
    func amount(_ issuer: IssuerId, _ text: String?) async throws -> Amount? {
        guard let text else { return nil }
        return try await wallet.currency(issuer: issuer).currency.amountOfText(text: text)
    }

    func shaped(_ payment: Payment) async throws -> JSON {
        shape(payment, try await wallet.currency(issuer: payment.issuer).currency)
    }
}
