import Foundation
import Tallystick
import Testing

struct WalletTests {
    private let folder: TemporaryFolder
    private var settings: WalletSettings { WalletSettings(folder: folder.url.path) }

    init() throws { folder = try TemporaryFolder() }

    private func create() async throws {
        try await createWallet(settings: settings, secrets: OpenSecretStore()).wallet.shutDown()
    }

    private func failureToOpen(_ secrets: any SecretStore = OpenSecretStore()) async throws -> WalletError {
        do {
            _ = try await Wallet.open(settings: settings, secrets: secrets)
        } catch let error as WalletError {
            return error
        }
        throw Complaint("it opened")
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
        #expect(error.code == "wallet_absent")
        for text in [error.localizedDescription, "\(error)"] {
            #expect(text.contains("wallet") && !text.contains("fault:"), "\(text)")
        }
        #expect("\(WalletError.Refused(code: "payee_unknown"))" == "the issuer refused: payee_unknown")
    }

    @Test func aWalletOpensOnceAtATime() async throws {
        let made = try await createWallet(settings: settings, secrets: OpenSecretStore())
        #expect(try await failureToOpen().code == "wallet_in_use")
        try await made.wallet.shutDown()
    }

    @Test func aWalletThatIsShutDownAnswersWithAnErrorAndNotWithOldBalances() async throws {
        let made = try await createWallet(settings: settings, secrets: OpenSecretStore())
        try await made.wallet.shutDown()
        await #expect(throws: WalletError.self) { try await made.wallet.balances() }
    }

    @Test func whatTheSecretStoreSaysComesBackAsItWasSaid() async throws {
        try await create()
        let said: [(SecretStoreError, String)] = [
            (.UserCancelled, "user_cancelled"), (.Unavailable, "secrets_unavailable"), (.KeyInvalidated, "key_invalidated"),
            (.AuthenticationFailed, "authentication_failed"), (.Corrupt, "secrets_corrupt"),
        ]
        for (failure, code) in said {
            let error = try await failureToOpen(FailingSecretStore(failure))
            #expect(error.code == code)
            #expect(error.localizedDescription == failure.localizedDescription)
        }
    }

    @Test func whatTheSecretStoreThrowsUnaskedIsContainedAndNotRepeated() async throws {
        try await create()
        let error = try await failureToOpen(FailingSecretStore(Complaint("the seed is abandon abandon")))
        #expect(error.code == "secrets_other")
        #expect(!"\(error) \(error.localizedDescription) \(String(reflecting: error))".contains("abandon"))
    }

    @Test func aCertificateThatIsNoneIsNamedAsWhatIsWrong() async throws {
        let odd = WalletSettings(folder: folder.url.path, extraRoots: [Data([1, 2, 3])])
        do {
            _ = try await createWallet(settings: odd, secrets: OpenSecretStore())
            throw Complaint("it was believed")
        } catch WalletError.InvalidInput(let field, _, _) {
            #expect(field == "extra_roots")
        }
    }
}
