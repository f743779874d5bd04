/// What happens in a wallet, in order. Made by `events(after:)`.
public struct WalletEvents: AsyncSequence, Sendable {
    /// An event and its number.
    public typealias Element = NumberedEvent

    fileprivate let wallet: any WalletProtocol
    fileprivate let after: Int64

    /// Begins after the number that was asked for.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(wallet: wallet, last: after)
    }

    /// Knows the last event that it gave. What others see is not touched by it.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        fileprivate let wallet: any WalletProtocol
        fileprivate var last: Int64

        /// Waits for the next event. None when the wallet is paused or shut down.
        public mutating func next() async throws -> NumberedEvent? {
            let event = try await wallet.nextEvent(after: last)
            if let event { last = event.sequence }
            return event
        }
    }
}

extension WalletProtocol {
    /// What happens in the wallet, in order, beginning with the oldest event after number `after` that was not
    /// acknowledged.
    ///
    /// The sequence ends when the wallet is paused or shut down; begin again after `resume`. It fails with
    /// `WalletError.Locked` when the wallet is locked, and with `CancellationError` when its task is cancelled. Everybody who
    /// asks gets every event: events are kept until `ack` is called, so that none is lost when the app dies. See
    /// `handleEvents`, which acknowledges by itself.
    public func events(after: Int64 = 0) -> WalletEvents {
        WalletEvents(wallet: self, after: after)
    }

    /// Calls `handle` with every event, in order, and acknowledges each once `handle` has returned. Returns when the wallet
    /// is paused or shut down.
    ///
    /// If `handle` fails, or the app dies in it, the same event comes again next time: an event is handled at least once.
    /// One such loop is enough for an app; screens that only look use `events` and `balanceUpdates`.
    ///
    /// Fails with `WalletError.Locked` when the wallet is locked, now or while waiting, and with `CancellationError` when
    /// its task is cancelled.
    public func handleEvents(
        isolation: isolated (any Actor)? = #isolation,
        _ handle: (Event) async throws -> Void
    ) async throws {
        var events = events().makeAsyncIterator()
        while let numbered = try await events.next() {
            try await handle(numbered.event)
            try await ack(sequence: numbered.sequence)
        }
    }
}
