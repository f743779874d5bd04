#if canImport(UIKit) && !os(watchOS)
import UIKit

/// The time that the system gives an app in the background to finish what it is at.
@available(iOSApplicationExtension, unavailable)
@available(tvOSApplicationExtension, unavailable)
@MainActor
enum BackgroundTime {
    /// Follows the app to the background, and asks the system to wait until that is done. Asked at once, while the system is
    /// still telling the app that it leaves: a moment later may be too late.
    static func leave(_ lifecycle: WalletLifecycle) {
        let granted = Granted()
        granted.task = UIApplication.shared.beginBackgroundTask(withName: "Tallystick") {
            // What is over time is killed, so the grant is given back whatever the wallet does.
            Task { await lifecycle.timeIsUp() }
            granted.giveBack()
        }
        Task {
            await lifecycle.move(to: .background)
            granted.giveBack()
        }
    }

    /// A background task of the system, given back once.
    @MainActor
    private final class Granted {
        var task = UIBackgroundTaskIdentifier.invalid

        func giveBack() {
            guard task != .invalid else { return }
            UIApplication.shared.endBackgroundTask(task)
            task = .invalid
        }
    }
}
#endif
