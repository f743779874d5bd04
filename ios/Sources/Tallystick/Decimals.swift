import Foundation

/// More digits than any amount has: what is longer need not be written out to be refused.
private let tooManyDigits = 20

extension Currency {
    /// This amount in whole units of the currency, exactly: 1250 with two decimals is `12.5`. (A `Decimal` keeps no zeros
    /// at its end; `decimalText` writes all of the currency's decimals.)
    public func decimal(_ amount: Amount) -> Decimal {
        let units = amount.smallestUnits
        let size = Decimal(sign: .plus, exponent: -Int(decimals), significand: Decimal(units.magnitude))
        return units < 0 ? -size : size
    }

    /// The amount of this many whole units of the currency, exactly.
    ///
    /// Round first what a calculation gave, in the way that your case asks for (`NSDecimalRound`); nothing is rounded here.
    ///
    /// Fails with `WalletError.InvalidInput` and the code `amount_too_many_decimals` if the number is finer than the
    /// currency's smallest unit, `amount_too_large` if it is farther from zero than 2^63-1 of them, `amount_not_a_number`
    /// if it is none.
    public func amount(_ decimal: Decimal) throws -> Amount {
        var shortest = decimal
        NSDecimalCompact(&shortest)
        // Such a number may have many digits. One as bad as it, but short, gets the same refusal.
        if shortest.isFinite, !shortest.isZero, shortest.exponent < -Int(decimals) {
            return try amountOfText(text: "0." + String(repeating: "0", count: Int(decimals)) + "1")
        }
        if shortest.isFinite, shortest.exponent > tooManyDigits {
            return try amountOfText(text: "1" + String(repeating: "0", count: tooManyDigits))
        }
        return try amountOfText(text: DecimalText.write(shortest))
    }
}
