import Foundation

/// Tells what a link is that the app was opened with: a universal link (`https://…`) or one of the app's own scheme
/// (`tallystick:…`). As `scan(text:)`: nothing is fetched, and nothing is paid.
public func scan(url: URL) -> Scanned {
    scan(text: url.absoluteString)
}
