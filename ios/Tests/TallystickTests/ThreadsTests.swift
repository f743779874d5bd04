import Foundation
import Tallystick
import Testing

/// An app has one thread that draws; whatever else happens there shows as a frozen screen.
@MainActor @Suite(.timeLimit(.minutes(30)))
struct ThreadsTests {
    private let folder: TemporaryFolder
    private var settings: WalletSettings { WalletSettings(folder: folder.url.path) }

    init() throws { folder = try TemporaryFolder() }

    @Test func theMainActorIsFreeWhileTheWalletWorksForIt() async throws {
        let (settings, secrets) = (settings, AskingSecretStore())
        let opening = Task { @MainActor in try await createWallet(settings: settings, secrets: secrets) }
        // The wallet is stopped in the middle of its work now, and would stop its thread with it.
        await secrets.isAsked()
        var frames = 0
        await Task { @MainActor in frames += 1 }.value
        #expect(frames == 1)
        secrets.answered.signal()
        try await opening.value.wallet.session { _ in }
    }

    @Test func theWalletWorksOnThreadsOfItsOwn() async throws {
        let secrets = NamingSecretStore()
        try await createWallet(settings: settings, secrets: secrets).wallet.session { wallet in
            try await wallet.lock()
            try await wallet.unlock()
        }
        #expect(!secrets.threads.isEmpty)
        #expect(secrets.threads.allSatisfy { $0.hasPrefix("tallystick") }, "\(secrets.threads)")
    }

    /// SIGPIPE is what a line that the issuer cuts off sends to whoever writes to it. Unblocked, it stops the process.
    @Test func aLineThatHangsUpStopsNoThreadOfTheWallet() async throws {
        let secrets = NamingSecretStore()
        try await createWallet(settings: settings, secrets: secrets).wallet.shutDown()
        let masks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap { task in
            // A thread may end while they are counted.
            try? String(contentsOfFile: "/proc/self/task/\(task)/status", encoding: .utf8)
        }.filter { $0.hasPrefix("Name:\ttallystick") }.compactMap { status in
            status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }?.split(separator: "\t").last
        }
        #expect(!masks.isEmpty)
        for mask in masks { #expect(try #require(UInt64(mask, radix: 16)) >> UInt64(SIGPIPE - 1) & 1 == 1, "\(mask)") }
    }

    @Test func aCallGoesOnToItsEndWhenItsTaskIsCancelled() async throws {
        let (settings, secrets) = (settings, AskingSecretStore())
        let opening = Task { try await createWallet(settings: settings, secrets: secrets) }
        await secrets.isAsked()
        opening.cancel()
        secrets.answered.signal()
        // Making a wallet is waited for in a cancelled task too: it is there, and so is its phrase.
        let made = try await opening.value
        #expect(made.phrase.reveal().count == 24)
        try await made.wallet.shutDown()
    }

    @Test func whoCleansUpInACancelledTaskIsWaitedForToo() async throws {
        let wallet = try await createWallet(settings: settings, secrets: OpenSecretStore()).wallet
        let (cancelled, cancel) = AsyncStream<Void>.makeStream()
        let work = Task {
            for await _ in cancelled {}
            #expect(Task.isCancelled)
            await #expect(throws: CancellationError.self) { try await wallet.balances() }
            try await wallet.shutDown()
        }
        work.cancel()
        cancel.finish()
        try await work.value
        // The files are closed, at once.
        try await Wallet.open(settings: settings, secrets: OpenSecretStore()).shutDown()
    }
}
