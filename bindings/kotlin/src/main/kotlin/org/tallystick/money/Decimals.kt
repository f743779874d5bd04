package org.tallystick.money

import java.math.BigDecimal
import org.tallystick.core.Currency
import org.tallystick.core.WalletException

/** More digits than any amount has: what is longer need not be written out to be refused. */
private const val TOO_MANY_DIGITS = 20

/** This amount in whole units of the currency, exactly, with all of the currency's decimals: `12.50`, `0.00`. */
public fun Currency.decimal(amount: Amount): BigDecimal = BigDecimal.valueOf(amount.smallestUnits, decimals.toInt())

/**
 * The amount of this many whole units of the currency, exactly. Zeros at the end count for nothing: where there are two
 * decimals, `12.5` and `12.500` are the same amount.
 *
 * Round first what a calculation gave, in the way that your case asks for; nothing is rounded here.
 *
 * @throws WalletException.InvalidInput with the code `amount_too_many_decimals` if the number is finer than the
 * currency's smallest unit, `amount_too_large` if it is farther from zero than 2^63-1 of them.
 */
@Throws(WalletException::class)
public fun Currency.amount(decimal: BigDecimal): Amount {
    // Stripping leaves the scale of a zero as it is on some versions of Android.
    if (decimal.signum() == 0) return Amount.ZERO
    val shortest = decimal.stripTrailingZeros()
    val wholeDigits = shortest.precision().toLong() - shortest.scale()
    return amountOfText(
        when {
            // Such a number may have any length. One as bad as it, but short, gets the same refusal.
            shortest.scale() > decimals.toInt() -> BigDecimal.ONE.scaleByPowerOfTen(-decimals.toInt() - 1).toPlainString()
            wholeDigits > TOO_MANY_DIGITS -> BigDecimal.ONE.scaleByPowerOfTen(TOO_MANY_DIGITS).toPlainString()
            else -> shortest.toPlainString()
        },
    )
}
