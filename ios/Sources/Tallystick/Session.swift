extension Wallet {
    /// Uses the wallet, then locks it and closes its files, however `work` ends: for a program that opens a wallet for one
    /// task. An app keeps its wallet open; see `WalletLifecycle`.
    ///
    /// Letting go of the object frees it too, but what is under way goes on then, and the folder can be opened again only
    /// when that has ended; `shutDown`, which this calls, waits for it, in a cancelled task too.
    public func session<T: Sendable>(
        isolation: isolated (any Actor)? = #isolation,
        _ work: (Wallet) async throws -> T
    ) async throws -> T {
        let outcome: T
        do {
            outcome = try await work(self)
        } catch {
            // Of two failures the first is the one that explains.
            try? await shutDown()
            throw error
        }
        try await shutDown()
        return outcome
    }
}
