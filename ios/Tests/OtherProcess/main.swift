// What a test needs a process of its own for. It says a line when it has come so far, and goes on when it is told a line.

import Foundation
import Tallystick

func say(_ words: String) {
    print(words)
    fflush(nil)
}

func open(_ wallet: String, _ secrets: any SecretStore) async throws -> Wallet {
    try await Wallet.open(settings: WalletSettings(folder: wallet), secrets: secrets)
}

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "lock":
    // Opens a wallet whose secrets Rust keeps, and locks it.
    let secrets = try await openPassphraseStore(file: arguments[1], passphrase: arguments[2])
    try await open(arguments[3], secrets).session { wallet in
        _ = try await wallet.balances()
        say("unlocked")
        _ = readLine()
        try await wallet.lock()
        say("locked")
        _ = readLine()
    }
case "pay":
    // Pays, and tells as soon as the payment is written down.
    let wallet = try await open(arguments[1], ReversingSecretStore())
    let plan = try await wallet.plan(wish: PaymentWish(to: .request(link: arguments[2])))
    say("planned")
    _ = readLine()
    async let paid = wallet.pay(plan: plan)
    for try await event in wallet.events() {
        if case .paymentSubmitted(_, let payment) = event.event { say(payment) }
    }
    _ = try await paid
case "leaks":
    try await leaks(in: URL(fileURLWithPath: arguments[1]), wallets: Int(arguments[2])!)
default:
    fatalError("no such work: \(arguments)")
}
