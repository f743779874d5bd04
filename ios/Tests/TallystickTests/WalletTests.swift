import Foundation
import Tallystick
import Testing

/// Each test has a folder of its own.
final class WalletTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    var settings: WalletSettings { WalletSettings(folder: folder.path) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func create() async throws {
        try await createWallet(settings: settings, secrets: OpenSecretStore()).wallet.shutDown()
    }

    private func failureToOpen(_ secrets: any SecretStore = OpenSecretStore()) async throws -> WalletError {
        do {
            _ = try await Wallet.open(settings: settings, secrets: secrets)
        } catch let error as WalletError {
            return error
        }
        throw NothingFailed()
    }

    @Test func aWalletIsMadeOpenedAgainAndTellsItsBalances() async throws {
        let made = try await createWallet(settings: settings, secrets: OpenSecretStore())
        #expect(made.phrase.reveal().count == 24)
        #expect(try await made.wallet.balances().isEmpty)
        try await made.wallet.shutDown()

        let wallet = try await Wallet.open(settings: settings, secrets: OpenSecretStore())
        #expect(try await wallet.balances().isEmpty)
        try await wallet.shutDown()
    }

    @Test func aFolderWithoutAWalletIsATypedErrorThatReadsWell() async throws {
        let error = try await failureToOpen()
        guard case .Storage = error else { throw error }
        #expect(error.stableCode() == "wallet_absent")
        #expect(error.localizedDescription.contains("wallet"), "\(error.localizedDescription)")
    }

    @Test func aWalletOpensOnceAtATime() async throws {
        let made = try await createWallet(settings: settings, secrets: OpenSecretStore())
        #expect(try await failureToOpen().stableCode() == "wallet_in_use")
        try await made.wallet.shutDown()
    }

    @Test func whatTheSecretStoreSaysComesBackAsItWasSaid() async throws {
        try await create()
        let error = try await failureToOpen(FailingSecretStore(SecretStoreError.UserCancelled))
        #expect(error.stableCode() == "user_cancelled")
        #expect(error.localizedDescription == "cancelled")
    }

    @Test func whatTheSecretStoreThrowsUnaskedIsContainedAndNotRepeated() async throws {
        try await create()
        let error = try await failureToOpen(FailingSecretStore(Undeclared(text: "the seed is abandon abandon")))
        #expect(error.stableCode() == "secrets_other")
        #expect(!"\(error) \(error.localizedDescription)".contains("abandon"))
    }
}

struct Undeclared: Error { let text: String }
struct NothingFailed: Error {}
