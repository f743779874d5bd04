import Foundation

/// Decimal numbers as exact text: digits, a point, and nothing that depends on where in the world the phone is. This is how
/// they cross to the core, and no `Double` is on the way.
public enum DecimalText {
    /// What is no exact decimal number.
    public struct NoNumber: Error, Hashable, Sendable {
        /// The one there is.
        public init() {}
    }

    /// As many digits as a `Decimal` holds exactly.
    public static let mostDigits = 38

    /// Reads all of the text, or fails: `Decimal(string:)` would be content with a beginning that is a number.
    public static func read(_ text: String) throws -> Decimal {
        let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
        let digits = parts.joined()
        guard (1...2).contains(parts.count), !parts.contains(""), digits.utf8.allSatisfy(isDigit),
            text.utf8.count <= "-".utf8.count + digits.utf8.count + parts.count - 1, digits.utf8.count <= mostDigits,
            let number = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX"))
        else { throw NoNumber() }
        return number
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// All digits of the number, without zeros at its end; `NaN` if it is none, which the core refuses.
    public static func write(_ number: Decimal) -> String {
        var number = number
        NSDecimalCompact(&number)
        return NSDecimalString(&number, nil)
    }
}

extension Amount {
    /// As the core writes amounts.
    public init(exactly text: String) throws {
        guard let amount = Amount(text) else { throw DecimalText.NoNumber() }
        self = amount
    }
}
