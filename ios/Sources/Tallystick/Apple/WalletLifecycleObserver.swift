#if canImport(UIKit) && !os(watchOS)
import UIKit

/// Pauses and resumes a wallet with an app that is written in UIKit. Keep it for as long as the wallet is open.
@available(iOSApplicationExtension, unavailable)
@available(tvOSApplicationExtension, unavailable)
@MainActor
public final class WalletLifecycleObserver {
    private let lifecycle: WalletLifecycle
    private var observers: [any NSObjectProtocol] = []

    /// Begins to observe the app.
    public init(_ lifecycle: WalletLifecycle) {
        self.lifecycle = lifecycle
        observe(UIApplication.didEnterBackgroundNotification) { BackgroundTime.leave(lifecycle) }
        observe(UIApplication.willEnterForegroundNotification) { Task { await lifecycle.move(to: .front) } }
    }

    /// Stops observing. The wallet stays as it is.
    public func stop() {
        observers.forEach(NotificationCenter.default.removeObserver)
        observers = []
    }

    private func observe(_ name: Notification.Name, _ follow: @escaping @MainActor @Sendable () -> Void) {
        let observer = NotificationCenter.default.addObserver(forName: name, object: nil, queue: .main) { _ in
            // The queue is the main one.
            MainActor.assumeIsolated(follow)
        }
        observers.append(observer)
    }
}
#endif
