/// An amount of money: a whole number of its currency's smallest units, as cents are of an euro. Below zero it is owed.
///
/// It does not say of which currency: that stands beside it, and only the currency knows where the decimal point is. See
/// `Currency.decimal(_:)` and `Currency.amount(_:)` for reckoning in whole units, and `Currency.format` for what a person
/// reads.
///
/// Money does not wrap around, and does not stop the app either: what could be too large says so with `try`.
///
/// ```swift
/// let left = try balance.available - plan.total
/// ```
public struct Amount: Hashable, Comparable, Sendable {
    /// How many smallest units.
    public let smallestUnits: Int64

    /// Nothing.
    public static let zero = Amount(0)

    /// This many smallest units.
    public init(_ smallestUnits: Int64) {
        self.smallestUnits = smallestUnits
    }

    /// The sum of both. Fails if it is too large.
    public static func + (one: Amount, other: Amount) throws(AmountTooLarge) -> Amount {
        try checked(one.smallestUnits.addingReportingOverflow(other.smallestUnits))
    }

    /// What is left of the first without the other; may be below zero. Fails if it is too large.
    public static func - (one: Amount, other: Amount) throws(AmountTooLarge) -> Amount {
        try checked(one.smallestUnits.subtractingReportingOverflow(other.smallestUnits))
    }

    /// The same amount with the other sign. Fails for the smallest of all numbers, which has no counterpart.
    public static prefix func - (amount: Amount) throws(AmountTooLarge) -> Amount {
        try Amount.zero - amount
    }

    /// Whether the first is the smaller one.
    public static func < (one: Amount, other: Amount) -> Bool {
        one.smallestUnits < other.smallestUnits
    }

    private static func checked(_ outcome: (partialValue: Int64, overflow: Bool)) throws(AmountTooLarge) -> Amount {
        guard !outcome.overflow else { throw AmountTooLarge() }
        return Amount(outcome.partialValue)
    }
}

/// The result of a sum is farther from zero than any amount: 2^63-1 smallest units.
public struct AmountTooLarge: Error, Hashable, Sendable {
    /// The one there is.
    public init() {}
}

extension Amount: LosslessStringConvertible {
    /// The number of smallest units. For people, see `Currency.format`.
    public var description: String { String(smallestUnits) }

    /// The amount of this many smallest units, written as `description` writes them; none if it is anything else.
    public init?(_ description: String) {
        // `Int64` reads `+5` and `-0` too.
        guard let units = Int64(description), String(units) == description else { return nil }
        self.init(units)
    }
}

extension Sequence<Amount> {
    /// The sum of all these amounts, which must be of one currency; zero if there are none. Fails if it is too large.
    public func total() throws(AmountTooLarge) -> Amount {
        var total = Amount.zero
        for amount in self { total = try total + amount }
        return total
    }
}
