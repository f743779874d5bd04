package org.tallystick.money

/**
 * An amount of money: a whole number of its currency's smallest units, as cents are of an euro. Below zero it is owed.
 *
 * It does not say of which currency: that stands beside it, and only the currency knows where the decimal point is. See
 * [decimal] and [amount] for reckoning in whole units, and `Currency.format` for what a person reads.
 *
 * @property smallestUnits How many smallest units.
 */
@JvmInline
public value class Amount(public val smallestUnits: Long) : Comparable<Amount> {
    /**
     * The sum of both.
     *
     * @throws ArithmeticException if it is too large: money does not wrap around.
     */
    public operator fun plus(other: Amount): Amount = Amount(Math.addExact(smallestUnits, other.smallestUnits))

    /**
     * What is left of this without the other; may be below zero.
     *
     * @throws ArithmeticException if it is too large.
     */
    public operator fun minus(other: Amount): Amount = Amount(Math.subtractExact(smallestUnits, other.smallestUnits))

    /**
     * The same amount with the other sign.
     *
     * @throws ArithmeticException for the smallest of all numbers, which has no counterpart.
     */
    public operator fun unaryMinus(): Amount = Amount(Math.negateExact(smallestUnits))

    override fun compareTo(other: Amount): Int = smallestUnits.compareTo(other.smallestUnits)

    /** The number of smallest units. For people, see `Currency.format`. */
    override fun toString(): String = smallestUnits.toString()

    /** Amounts that have a name. */
    public companion object {
        /** Nothing. */
        public val ZERO: Amount = Amount(0)
    }
}

/**
 * The sum of all these amounts, which must be of one currency; zero if there are none.
 *
 * @throws ArithmeticException if it is too large.
 */
public fun Iterable<Amount>.total(): Amount = fold(Amount.ZERO, Amount::plus)
