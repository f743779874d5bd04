import Foundation

extension WalletError {
    /// A stable name for this error, finer than its case: to decide by, to translate by, and for fault reports. `locked`,
    /// `insufficient_funds`, `amount_too_large` …
    public var code: String { stableCode() }
}

/// Lets an alert show what went wrong and what to do, as the core says it: in English, and nothing secret.
extension WalletError: LocalizedError {
    /// What went wrong and what helps, for a person to read.
    public var errorDescription: String? { description }
}

/// Reads the same in a log line.
extension WalletError: CustomStringConvertible {}

extension SecretStoreError: LocalizedError {
    /// What went wrong, for a person to read. A reason of `Other` is for developers and is not repeated.
    public var errorDescription: String? {
        switch self {
        case .Unavailable: "the store of secrets is not available now"
        case .UserCancelled: "cancelled"
        case .AuthenticationFailed: "wrong passphrase, or the person was not recognised"
        case .KeyInvalidated: "the key that sealed this is gone; only the recovery phrase helps"
        case .Corrupt: "what was sealed is damaged"
        case .Other: "the store of secrets failed"
        }
    }
}

extension AmountTooLarge: LocalizedError {
    /// What went wrong, for a person to read.
    public var errorDescription: String? { "the amount is too large" }
}
