/// All balances, whenever they are others. Made by `balanceUpdates()`.
public struct BalanceUpdates: AsyncSequence, Sendable {
    /// The balances of all currencies.
    public typealias Element = [Balance]

    fileprivate let wallet: any WalletProtocol

    /// Begins with the balances as they are.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(wallet: wallet)
    }

    /// Knows the balances that it gave last.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        fileprivate let wallet: any WalletProtocol
        private var seen: Int64 = 0
        private var last: [Balance]?

        fileprivate init(wallet: any WalletProtocol) {
            self.wallet = wallet
        }

        /// Waits until the balances are others than those that were given last. None when the wallet is paused or shut down.
        public mutating func next() async throws -> [Balance]? {
            while true {
                if last != nil {
                    guard let event = try await wallet.nextEvent(after: seen) else { return nil }
                    seen = event.sequence
                }
                // What happened before the balances are read is in them; what happens meanwhile ends the next wait at once.
                let before = seen
                guard let newest = try await wallet.unlessEnded({ try await $0.newestEvent(after: before) }) else {
                    return nil
                }
                seen = newest
                guard let now = try await wallet.unlessEnded({ try await $0.balances() }) else { return nil }
                if now != last {
                    last = now
                    return now
                }
            }
        }
    }
}

extension WalletProtocol {
    /// All balances now, and again whenever one is another: for a screen that shows what is held. Whoever is slow misses
    /// what was between, never what is last.
    ///
    /// Ends and fails as `events` does.
    public func balanceUpdates() -> BalanceUpdates {
        BalanceUpdates(wallet: self)
    }

    fileprivate func newestEvent(after: Int64) async throws -> Int64 {
        var newest = after
        while let event = try await tryNextEvent(after: newest) { newest = event.sequence }
        return newest
    }

    /// None if the wallet was paused or shut down meanwhile, as the calls that wait say it.
    fileprivate func unlessEnded<T: Sendable>(
        _ call: @Sendable (any WalletProtocol) async throws -> T
    ) async throws -> T? {
        do {
            return try await call(self)
        } catch WalletError.Storage(let fault, _) where ["paused", "closed"].contains(fault) {
            return nil
        } catch WalletError.Locked {
            // Shutting down locks too. A call that waits tells the two apart, and at once.
            _ = try await nextEvent(after: 0)
            return nil
        }
    }
}
