import Foundation
import Tallystick
import Testing

/// A screen is closed, a task is cancelled, the system kills the app: none of that is an answer to "did I pay?".
@Suite(.timeLimit(.minutes(30)))
struct CancelTests {
    private let folder: TemporaryFolder
    private let town: Town
    private let shop: JSON
    private let secrets = OpenSecretStore()
    private var settings: WalletSettings { WalletSettings(folder: folder.url.appendingPathComponent("wallet").path) }

    init() throws {
        folder = try TemporaryFolder()
        town = try Town()
        shop = try town.tell(["do": "shop", "name": "Bakery", "code": "BUN"])
    }

    /// A wallet with 20 to spend at the bakery.
    private func customer() async throws -> (Wallet, CurrencyInfo) {
        let wallet = try await createWallet(settings: settings, secrets: secrets).wallet
        let bun = try await wallet.addCurrency(link: shop.must("link"), kind: .private)
        try town.tell(["do": "fund", "shop": "Bakery", "account": .text(bun.account), "amount": "20"])
        try await wallet.sync(issuer: bun.issuer)
        return (wallet, bun)
    }

    private func again() async throws -> Wallet { try await Wallet.open(settings: settings, secrets: secrets) }

    private func asked() throws -> String { try town.tell(["do": "ask", "shop": "Bakery", "amount": "3.50"]).must("link") }

    private func booksAre(_ balance: String, _ payments: Int) throws {
        let books = try town.tell(["do": "books", "shop": "Bakery"])
        #expect(books["faults"] == [])
        #expect(books["balance"] == .text(balance))
        #expect(books["payments"] == JSON(payments))
    }

    private func host(up: Bool) throws { try town.tell(["do": "host", "up": .yes(up)]) }

    private func submitted(_ wallet: Wallet) async throws -> Digest {
        for try await event in wallet.events() {
            if case .paymentSubmitted(_, let payment) = event.event { return payment }
        }
        throw Complaint("the wallet was closed")
    }

    @Test func aPaymentWhoseTaskIsCancelledOnTheWayIsPaidOnceAndItsReceiptIsThereAtTheNextStart() async throws {
        let (wallet, bun) = try await customer()
        let plan = try await wallet.plan(wish: PaymentWish(to: .request(link: asked())))
        try host(up: false)
        let paying = Task { try await wallet.pay(plan: plan) }
        // Confirmed and written down, but the host is out of reach: the payment is on its way.
        let payment = try await submitted(wallet)
        paying.cancel()
        await #expect(throws: CancellationError.self) { try await paying.value }
        #expect(try await wallet.pendingPayments().count == 1)
        try await wallet.shutDown()
        try host(up: true)

        try await again().session { wallet in
            let settled = try await wallet.waitForPayment(payment: payment, patienceMs: 60_000)
            #expect(settled.state == .settled)
            #expect(try await wallet.payment(payment: payment).receipt != nil)
            // Another tap on the same plan finds the same payment.
            #expect(try await wallet.pay(plan: plan).payment == payment)
            #expect(try await wallet.balance(issuer: bun.issuer).balance == bun.currency.amount(16.5))
        }
        try booksAre("3.50", 1)
    }

    @Test func wheneverAPaymentIsCancelledWhatTheWalletSaysAndWhatTheShopGotAreTheSame() async throws {
        let (wallet, bun) = try await customer()
        let dime = try bun.currency.amount(Decimal(sign: .plus, exponent: -1, significand: 1))
        var keys: [String] = []
        for moment in 0..<30 {
            let counter = PayTo.account(issuer: bun.issuer, account: try shop.must("account"))
            let plan = try await wallet.plan(wish: PaymentWish(to: counter, amount: dime))
            let paying = Task { try await wallet.pay(plan: plan) }
            // Cancelled a little later each time, before it begins and after it has ended too.
            for _ in 0..<moment * moment { await Task.yield() }
            paying.cancel()
            _ = await paying.result
            keys.append(plan.idempotencyKey)
        }
        try await wallet.shutDown()

        try await again().session { wallet in
            var begun: Set<Digest> = []
            for key in keys {
                guard let payment = try await wallet.paymentWithKey(idempotencyKey: key) else { continue }
                begun.insert(payment.payment)
                let settled = try await wallet.waitForPayment(payment: payment.payment, patienceMs: 60_000)
                #expect(settled.state == .settled)
            }
            #expect(!begun.isEmpty)
            let paid = try await wallet.payments(HistoryQuery(limit: 7)).filter { $0.direction == .out }
                .reduce(into: Set<Digest>()) { $0.insert($1.payment) }
            #expect(paid == begun)
            let spent = try begun.map { _ in dime }.total()
            try booksAre(bun.currency.decimalText(amount: spent), begun.count)
        }
    }

    @Test func aPaymentWhoseTaskWasCancelledBeforeIsNotMade() async throws {
        let (wallet, _) = try await customer()
        let plan = try await wallet.plan(wish: PaymentWish(to: .request(link: asked())))
        let (cancelled, cancel) = AsyncStream<Void>.makeStream()
        let paying = Task {
            for await _ in cancelled {}
            return try await wallet.pay(plan: plan)
        }
        paying.cancel()
        cancel.finish()
        await #expect(throws: CancellationError.self) { try await paying.value }
        #expect(try await wallet.pendingPayments().isEmpty)
        try await wallet.shutDown()
        try booksAre("0.00", 0)
    }

    @Test func aPaymentWhoseProcessIsKilledOnTheWayIsPaidOnceAndItsReceiptIsThereAtTheNextStart() async throws {
        let (wallet, bun) = try await customer()
        let link = try asked()
        try await wallet.shutDown()

        let other = try otherProcess("pay", settings.folder, link)
        #expect(await other.line() == "planned")
        try host(up: false)
        try other.tell("pay")
        // Written down, and on its way to a host that is not there.
        let said = await other.line()
        let payment = try #require(said)
        other.kill()
        try host(up: true)

        try await again().session { wallet in
            let settled = try await wallet.waitForPayment(payment: payment, patienceMs: 60_000)
            #expect(settled.state == .settled)
            #expect(try await wallet.payment(payment: payment).receipt != nil)
            #expect(try await wallet.balance(issuer: bun.issuer).balance == bun.currency.amount(16.5))
        }
        try booksAre("3.50", 1)
    }

    @Test func theHistoryIsReadByPagesAndWrittenIntoAFile() async throws {
        let (wallet, bun) = try await customer()
        for _ in 0..<3 {
            _ = try await wallet.pay(plan: wallet.plan(wish: PaymentWish(to: .request(link: asked()))))
        }
        let all = try await wallet.payments(HistoryQuery(limit: 2)).reduce(into: []) { $0.append($1.payment) }
        #expect(all.count == 4 && Set(all).count == 4)
        #expect(try await wallet.payments().prefix(1).reduce(into: []) { $0.append($1.payment) } == [all[0]])

        let path = folder.url.appendingPathComponent("history.csv")
        #expect(FileManager.default.createFile(atPath: path.path, contents: nil))
        let file = try FileHandle(forWritingTo: path)
        #expect(try await wallet.exportHistory(to: file, format: .csv) == 4)
        try file.close()
        let text = try String(contentsOf: path, encoding: .utf8)
        #expect(text.split(whereSeparator: \.isNewline).count == 5)
        #expect(try await wallet.exportedHistory(format: .csv, issuer: bun.issuer) == text)
        #expect(try await wallet.exportedHistory(format: .json).contains(all[0]))
        try await wallet.shutDown()
    }
}
