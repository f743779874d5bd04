#if canImport(UIKit) && !os(watchOS)
import UIKit

/// Tells what a universal link is that the app was opened with, in `application(_:continue:restorationHandler:)` or
/// `scene(_:continue:)`. None if the activity is no link.
///
/// The system hands an app only links of hosts that name it in `apple-app-site-association`; the reference issuer serves
/// that file. Nothing is paid: show what it is, and let the person decide.
public func scan(userActivity: NSUserActivity) -> Scanned? {
    guard userActivity.activityType == NSUserActivityTypeBrowsingWeb else { return nil }
    return userActivity.webpageURL.map(scan(url:))
}
#endif

#if canImport(SwiftUI) && canImport(UIKit) && !os(watchOS)
import SwiftUI

extension View {
    /// Calls `perform` with what a link is that the app was opened with: a universal link, or one of the app's own scheme.
    public func onTallystickLink(perform: @escaping (Scanned) -> Void) -> some View {
        onOpenURL { perform(scan(url: $0)) }
            .onContinueUserActivity(NSUserActivityTypeBrowsingWeb) { activity in
                if let scanned = scan(userActivity: activity) { perform(scanned) }
            }
    }
}
#endif
