/// Which issuers can be reached, whenever that is otherwise. Made by `connectionUpdates()`.
public struct ConnectionUpdates: AsyncSequence, Sendable {
    /// The issuers that the wallet listens to, and whether each line is up.
    public typealias Element = [IssuerConnection]

    fileprivate let wallet: any WalletProtocol

    /// Begins with the connections as they are.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(wallet: wallet)
    }

    /// Knows the connections that it gave last.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        fileprivate let wallet: any WalletProtocol
        private var known: [IssuerConnection]?

        fileprivate init(wallet: any WalletProtocol) {
            self.wallet = wallet
        }

        /// Waits until the connections are others than those that were given last. None when the wallet is paused or shut
        /// down.
        public mutating func next() async throws -> [IssuerConnection]? {
            guard let known else {
                known = try await wallet.connections()
                return known
            }
            guard let now = try await wallet.connectionsAfter(known: known) else { return nil }
            self.known = now
            return now
        }
    }
}

extension WalletProtocol {
    /// Which issuers can be reached now, and again whenever that is otherwise, while the wallet listens to them (`listen`).
    /// Ends when the wallet is paused or shut down, and fails with `CancellationError` when its task is cancelled.
    public func connectionUpdates() -> ConnectionUpdates {
        ConnectionUpdates(wallet: self)
    }
}
