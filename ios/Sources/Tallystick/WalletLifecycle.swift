/// Pauses a wallet when its app leaves the screen and resumes it when the app is back.
///
/// A phone suspends apps in the background, and iOS kills one that holds a lock on a file while it is suspended
/// (`0xdead10cc`). `pause` closes all files. Payments that are made inside `finishing` are waited for first, for as long as
/// the system gives time; one that is still under way then goes on at `resume`, or at the next start.
///
/// SwiftUI: `.walletLifecycle(lifecycle)`. UIKit: `WalletLifecycleObserver`. Elsewhere, call `move(to:)` and `timeIsUp`.
public actor WalletLifecycle {
    /// Where the app is.
    public enum Place: Hashable, Sendable {
        /// On the screen.
        case front
        /// Not to be seen, and soon suspended.
        case background
    }

    private let wallet: any WalletProtocol
    private let onFailure: @Sendable (any Error) -> Void
    private var wanted = Place.front
    private var present = Place.front
    private var last: Task<Void, Never>?
    private var unfinished = 0
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var outOfTime = false

    /// - Parameters:
    ///   - wallet: An open wallet that is not paused.
    ///   - onFailure: What to do when pausing or resuming fails. The next move tries again.
    public init(_ wallet: any WalletProtocol, onFailure: @escaping @Sendable (any Error) -> Void = { _ in }) {
        self.wallet = wallet
        self.onFailure = onFailure
    }

    /// Follows the app to the background or to the front; returns when that is done, or when the app has moved again
    /// meanwhile. Moves are followed one after another, in a cancelled task too.
    public func move(to place: Place) async {
        wanted = place
        outOfTime = false
        wake()
        let before = last
        let step = Task {
            await before?.value
            await follow(place)
        }
        last = step
        await step.value
    }

    /// The system gives no more time in the background: unfinished payments are waited for no longer.
    public func timeIsUp() {
        outOfTime = true
        wake()
    }

    /// Does something that should not be cut in two by a pause: `try await lifecycle.finishing { try await wallet.pay(plan:
    /// plan) }`. (Cut in two, a payment is still made once; its outcome only comes later.)
    public nonisolated func finishing<T: Sendable>(_ work: @Sendable () async throws -> T) async throws -> T {
        await begin()
        do {
            let outcome = try await work()
            await end()
            return outcome
        } catch {
            await end()
            throw error
        }
    }

    private func begin() {
        unfinished += 1
    }

    private func end() {
        unfinished -= 1
        wake()
    }

    private func follow(_ place: Place) async {
        while place == .background, wanted == .background, unfinished > 0, !outOfTime {
            await withCheckedContinuation { waiters.append($0) }
        }
        guard wanted == place, present != place else { return }
        do {
            switch place {
            case .front: try await wallet.resume()
            case .background: try await wallet.pause()
            }
            present = place
        } catch {
            onFailure(error)
        }
    }

    private func wake() {
        let woken = waiters
        waiters = []
        woken.forEach { $0.resume() }
    }
}
