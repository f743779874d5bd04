#if canImport(SwiftUI) && canImport(UIKit) && !os(watchOS)
import SwiftUI

extension View {
    /// Pauses the wallet when the scene of this view goes to the background, and resumes it when it is back. For the root
    /// view.
    ///
    /// ```swift
    /// WindowGroup { ContentView().walletLifecycle(lifecycle) }
    /// ```
    @available(iOSApplicationExtension, unavailable)
    @available(tvOSApplicationExtension, unavailable)
    public func walletLifecycle(_ lifecycle: WalletLifecycle) -> some View {
        modifier(ScenePhases(lifecycle: lifecycle))
    }
}

@available(iOSApplicationExtension, unavailable)
@available(tvOSApplicationExtension, unavailable)
private struct ScenePhases: ViewModifier {
    @Environment(\.scenePhase) private var phase
    let lifecycle: WalletLifecycle

    func body(content: Content) -> some View {
        content.onChange(of: phase) { phase in
            switch phase {
            case .background: BackgroundTime.leave(lifecycle)
            case .active: Task { await lifecycle.move(to: .front) }
            default: break
            }
        }
    }
}
#endif
