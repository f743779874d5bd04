import Foundation
import Tallystick
import Testing

struct SessionTests {
    private let folder: TemporaryFolder
    private var settings: WalletSettings { WalletSettings(folder: folder.url.appendingPathComponent("wallet").path) }

    init() throws { folder = try TemporaryFolder() }

    private func open() async throws -> Wallet { try await Wallet.open(settings: settings, secrets: OpenSecretStore()) }

    private func make() async throws {
        try await createWallet(settings: settings, secrets: OpenSecretStore()).wallet.session { _ in }
    }

    @Test func aSessionGivesWhatItsWorkGivesAndLeavesTheFolderFree() async throws {
        try await make()
        #expect(try await open().session { try await $0.balances().count } == 0)
        let wallet = try await open()
        try await wallet.session { _ in }
        await #expect(throws: WalletError.self) { try await wallet.balances() }
    }

    @Test func aSessionThatFailsClosesItsFilesAndFailsAsItsWorkDid() async throws {
        try await make()
        await #expect(throws: Complaint.self) { try await open().session { _ in throw Complaint("of the app's own") } }
        try await open().session { _ in }
    }

    @Test func aSessionThatIsCancelledClosesItsFiles() async throws {
        try await make()
        let (under, begun) = AsyncStream<Void>.makeStream()
        let settings = settings
        let work = Task {
            let wallet = try await Wallet.open(settings: settings, secrets: OpenSecretStore())
            try await wallet.session { wallet in
                begun.finish()
                for try await _ in wallet.events() {}
            }
        }
        for await _ in under {}
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        try await open().session { _ in }
    }

    @Test @MainActor func aSessionMayWorkOnTheMainActor() async throws {
        try await make()
        var seen = 0
        try await open().session { wallet in
            seen = try await wallet.balances().count + 1
            MainActor.assertIsolated()
        }
        #expect(seen == 1)
    }
}
