/// Payments of the history, newest first, read page by page. Made by `payments(_:)`.
public struct PaymentHistory: AsyncSequence, Sendable {
    /// A payment, as a list shows it.
    public typealias Element = Payment

    fileprivate let wallet: any WalletProtocol
    fileprivate let query: HistoryQuery

    /// Begins with the newest payment that the query asks for.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(wallet: wallet, query: query)
    }

    /// Knows the page that it is on.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        fileprivate let wallet: any WalletProtocol
        /// What to ask for next; none after the last page.
        private var query: HistoryQuery?
        private var page: ArraySlice<Payment> = []

        fileprivate init(wallet: any WalletProtocol, query: HistoryQuery) {
            self.wallet = wallet
            self.query = query
        }

        /// The next payment, from the next page if need be. None after the oldest.
        public mutating func next() async throws -> Payment? {
            while page.isEmpty {
                guard let asked = query else { return nil }
                let found = try await wallet.history(query: asked)
                page = found.payments[...]
                query = found.next.map { next in
                    HistoryQuery(issuer: asked.issuer, text: asked.text, before: next, limit: asked.limit)
                }
            }
            return page.popFirst()
        }
    }
}

extension WalletProtocol {
    /// The payments of the history, newest first, read page by page as they are asked for: `payments().prefix(20)` reads
    /// one page. Needs no network.
    ///
    /// - Parameter query: What to look for; its `limit` is the size of a page, its `before` where to begin.
    public func payments(_ query: HistoryQuery = HistoryQuery()) -> PaymentHistory {
        PaymentHistory(wallet: self, query: query)
    }
}
