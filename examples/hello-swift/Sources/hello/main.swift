// Adds a currency, waits for some of it, pays what a code asks for, and prints the receipt.
//
//     hello WALLET-FOLDER CARD-LINK CODE
//
// CODE is a link, or a PNG or JPEG file with a code in it.

import Foundation
import Tallystick

/// The wallet in this folder, or a new one. A phone has `KeychainSecretStore`; a real program asks for the passphrase.
func openWallet(_ folder: URL) async throws -> Wallet {
    let settings = WalletSettings(folder: folder.appendingPathComponent("wallet").path)
    let key = folder.appendingPathComponent("key").path
    if FileManager.default.fileExists(atPath: key) {
        let secrets = try await openPassphraseStore(file: key, passphrase: "correct horse battery")
        return try await Wallet.open(settings: settings, secrets: secrets)
    }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let secrets = try await createPassphraseStore(file: key, passphrase: "correct horse battery")
    let made = try await createWallet(settings: settings, secrets: secrets)
    print("Write these words down:", made.phrase.reveal().joined(separator: " "))
    return made.wallet
}

/// The balance, as soon as there is one.
func money(_ wallet: Wallet, _ issuer: IssuerId) async throws -> Balance {
    try await wallet.listen()
    for try await balances in wallet.balanceUpdates() {
        if let balance = balances.first(where: { $0.issuer == issuer && $0.available > .zero }) { return balance }
    }
    return try await wallet.balance(issuer: issuer)
}

/// What the code asks for; none if it asks for no payment.
func request(_ code: String) async throws -> RequestLink? {
    let picture = FileManager.default.contents(atPath: code)
    let scanned = if let picture { try await scanPicture(picture: picture) } else { scan(text: code) }
    if case .request(let link) = scanned { return link }
    return nil
}

func pay(_ wallet: Wallet, card: String, code: String) async throws {
    let added = try await wallet.addCurrency(link: card, kind: .private)
    print("\(added.issuerName), account \(added.account)")
    fflush(nil)
    let balance = try await money(wallet, added.issuer)
    print("You have", try balance.currency.format(amount: balance.available, locale: "en"))

    guard let link = try await request(code) else { return print("This asks for no payment: \(code)") }
    let plan = try await wallet.plan(wish: PaymentWish(to: .request(link: link)))
    let total = try plan.currency.format(amount: plan.total, locale: "en")
    print("Paying", total, "to", plan.payee.name ?? plan.payee.account)

    let payment = try await wallet.pay(plan: plan)
    guard payment.state == .settled else { return print("The issuer refused: \(payment.refusal ?? "")") }
    print("Paid.", try paymentMark(payment: payment.payment).words.joined(separator: " "))
    let receipt = try await wallet.receiptLink(payment: payment.payment)
    print(try codeTerminal(text: receipt.text(), level: .screen, style: .colours))
}

let arguments = CommandLine.arguments
guard arguments.count == 4 else {
    print("hello WALLET-FOLDER CARD-LINK CODE")
    exit(2)
}
do {
    let wallet = try await openWallet(URL(fileURLWithPath: arguments[1]))
    try await wallet.session { try await pay($0, card: arguments[2], code: arguments[3]) }
} catch let error as WalletError {
    print("\(error) (\(error.code))")
    exit(1)
}
