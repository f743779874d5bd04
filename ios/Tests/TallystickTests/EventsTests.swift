import Foundation
import Synchronization
import Tallystick
import Testing

/// Events and balances from a script: first what stands in the outbox, then whatever is sent, until it is closed.
private final class ScriptedWallet: Wallet, @unchecked Sendable {
    private struct Script {
        var outbox: [Int64] = []
        var news: [Int64] = []
        var acknowledged: [Int64] = []
        var held: Int64 = 0
        var pausedAtBalances = false
    }

    private let script = Mutex(Script())

    init(waiting: Int64 = 0) {
        super.init(noHandle: NoHandle())
        script.withLock { $0.outbox = Array(0..<waiting).map { $0 + 1 } }
    }

    required init(unsafeFromHandle handle: UInt64) { fatalError("a script has no handle") }

    var acknowledged: [Int64] { script.withLock { $0.acknowledged } }

    /// Something happens, while this much is held.
    func happen(_ sequence: Int64, held: Int64? = nil) {
        script.withLock { script in
            script.held = held ?? script.held
            script.news.append(sequence)
        }
    }

    func pauseAtBalances() { script.withLock { $0.pausedAtBalances = true } }

    override func tryNextEvent(after: Int64) async throws -> NumberedEvent? {
        script.withLock { script in
            script.outbox += script.news
            script.news = []
            return script.outbox.first { $0 > after }.map { NumberedEvent(sequence: $0, event: .balanceChanged(issuer: "i")) }
        }
    }

    /// Where the real one would wait, the script ends.
    override func nextEvent(after: Int64) async throws -> NumberedEvent? { try await tryNextEvent(after: after) }

    override func ack(sequence: Int64) async throws { script.withLock { $0.acknowledged.append(sequence) } }

    override func balances() async throws -> [Balance] {
        try script.withLock { script in
            if script.pausedAtBalances { throw WalletError.Storage(fault: "paused", reason: "the wallet is paused") }
            let currency = Currency(code: "BREAD", name: "Bread", symbol: "", decimals: 2)
            let held = Amount(script.held)
            return [
                Balance(
                    issuer: "i", currency: currency, balance: held, held: .zero, available: held, actedFor: false,
                    verifiedAt: nil)
            ]
        }
    }
}

@Suite(.timeLimit(.minutes(30)))
struct EventsTests {
    private let folder: TemporaryFolder
    private var settings: WalletSettings { WalletSettings(folder: folder.url.appendingPathComponent("wallet").path) }

    init() throws { folder = try TemporaryFolder() }

    private func made() async throws -> Wallet {
        try await createWallet(settings: settings, secrets: OpenSecretStore()).wallet
    }

    @Test func eventsComeInOrderAfterTheNumberThatWasAskedForUntilTheWalletIsClosed() async throws {
        let wallet = ScriptedWallet(waiting: 3)
        wallet.happen(7)
        let numbers = try await wallet.events(after: 1).reduce(into: []) { $0.append($1.sequence) }
        #expect(numbers == [2, 3, 7])
    }

    @Test func anEventIsAcknowledgedWhenItWasHandledAndNotBefore() async throws {
        let wallet = ScriptedWallet(waiting: 3)
        var seen: [[Int64]] = []
        await #expect(throws: Complaint.self) {
            try await wallet.handleEvents { _ in
                seen.append(wallet.acknowledged)
                if seen.count == 3 { throw Complaint("the third cannot be handled") }
            }
        }
        #expect(seen == [[], [1], [1, 2]])
        #expect(wallet.acknowledged == [1, 2])
    }

    @Test func balancesAreToldOnceForAnyNumberOfEventsAndAgainOnlyIfTheyAreOthers() async throws {
        let wallet = ScriptedWallet(waiting: 5)
        var seen: [Int64] = []
        for try await balances in wallet.balanceUpdates() {
            let held = balances[0].balance.smallestUnits
            seen.append(held)
            switch held {
            case 0:
                // An event that changes nothing, then one that does.
                wallet.happen(6)
                wallet.happen(7, held: 10)
            case 10:
                // Two changes while the reader is busy: only the last one shows.
                wallet.happen(8, held: 20)
                wallet.happen(9, held: 30)
            default: break
            }
        }
        #expect(seen == [0, 10, 30])
    }

    @Test func balancesEndWhenTheWalletIsPausedBetweenTwoCalls() async throws {
        let wallet = ScriptedWallet()
        var seen = 0
        for try await _ in wallet.balanceUpdates() {
            seen += 1
            wallet.pauseAtBalances()
            wallet.happen(1)
        }
        #expect(seen == 1)
    }

    @Test func theSequencesOfAWalletEndWhenItIsShutDownAtOnceOrLater() async throws {
        let wallet = try await made()
        let (first, firsts) = AsyncStream<Void>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { readers in
            readers.addTask { for try await _ in wallet.events() {} }
            readers.addTask { for try await _ in wallet.connectionUpdates() { firsts.yield() } }
            readers.addTask { for try await _ in wallet.balanceUpdates() { firsts.yield() } }
            var begun = first.makeAsyncIterator()
            for _ in 0..<2 { await begun.next() }
            try await wallet.shutDown()
            try await readers.waitForAll()
        }
        for try await event in wallet.events() { Issue.record("\(event)") }
        for try await balances in wallet.balanceUpdates() { Issue.record("\(balances)") }
    }

    @Test func aLockedWalletSaysSoInsteadOfTellingNothing() async throws {
        let wallet = try await made()
        for try await balances in wallet.balanceUpdates().prefix(1) { #expect(balances.isEmpty) }
        try await wallet.lock()
        for sequence in 0..<2 {
            do {
                if sequence == 0 { for try await _ in wallet.events() {} } else { for try await _ in wallet.balanceUpdates() {} }
                Issue.record("it ended")
            } catch WalletError.Locked {}
        }
        try await wallet.shutDown()
    }

    @Test func aReaderThatIsCancelledEndsAtOnceAndKeepsNothingOfTheWalletAlive() async throws {
        try await made().shutDown()
        for _ in 0..<20 {
            var wallet: Wallet? = try await Wallet.open(settings: settings, secrets: OpenSecretStore())
            let reader = Task { [wallet] in for try await _ in wallet!.events() {} }
            await Task.yield()
            reader.cancel()
            await #expect(throws: CancellationError.self) { try await reader.value }
            wallet = nil
            // Never shut down, only freed: had something gone on waiting, it would hold the files for ever.
            while (try? await Wallet.open(settings: settings, secrets: OpenSecretStore()).shutDown()) == nil {
                await Task.yield()
            }
        }
    }

    @Test func anEventThatCameToNobodyComesToTheNextWhoAsks() async throws {
        let town = try Town()
        let shop = try town.tell(["do": "shop", "name": "Bakery", "code": "BUN"])
        let link = try shop.must("link")
        let wallet = try await made()
        // Cancelled around the moment at which the event comes: it may have been given to nobody, and must not be lost.
        let early = Task { try await wallet.nextEvent(after: 0) }
        async let added = wallet.addCurrency(link: link, kind: .private)
        await Task.yield()
        early.cancel()
        _ = try await added
        let event = try await wallet.nextEvent(after: 0)
        let issuer = try shop.must("issuer")
        #expect(event?.event == .currencyAdded(issuer: issuer))
        try await wallet.shutDown()
    }
}
