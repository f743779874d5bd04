import Foundation

/// Lets an alert show what went wrong and what to do, as the core says it.
extension WalletError: LocalizedError {
    public var errorDescription: String? { description }
}
