package org.tallystick.money

import java.math.BigDecimal
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.tallystick.core.Currency
import org.tallystick.core.WalletException

class AmountTest {
    private val most = Amount(Long.MAX_VALUE)
    private val least = Amount(Long.MIN_VALUE)

    private fun currency(decimals: Int) = Currency("BREAD", "Bread", "", decimals.toUByte())

    private fun refusal(number: String, decimals: Int = 2) =
        assertThrows<WalletException.InvalidInput> { currency(decimals).amount(BigDecimal(number)) }.rule

    @Test
    fun `amounts are added and compared as numbers`() {
        assertEquals(Amount(7), Amount(10) + Amount(-3))
        assertEquals(Amount(13), Amount(10) - Amount(-3))
        assertEquals(Amount(-10), -Amount(10))
        assertEquals(Amount(6), listOf(Amount(1), Amount(2), Amount(3)).total())
        assertTrue(least < Amount.ZERO && Amount.ZERO < most)
        assertEquals("-9223372036854775808", least.toString())
    }

    @Test
    fun `an amount that does not fit is never another amount`() {
        assertThrows<ArithmeticException> { most + Amount(1) }
        assertThrows<ArithmeticException> { least - Amount(1) }
        assertThrows<ArithmeticException> { -least }
        assertThrows<ArithmeticException> { listOf(most, most).total() }
    }

    @Test
    fun `an amount in whole units has exactly the currency's decimals`() {
        assertEquals(BigDecimal("12.50"), currency(2).decimal(Amount(1250)))
        assertEquals(BigDecimal("0.00"), currency(2).decimal(Amount.ZERO))
        assertEquals(BigDecimal("-7"), currency(0).decimal(Amount(-7)))
        assertEquals(BigDecimal("-9223372036.854775808"), currency(9).decimal(least))
    }

    @Test
    fun `whole units become the same amount however they are written`() {
        for (number in listOf("12.5", "12.50", "12.5000", "1.25E1", "0.125E+2")) {
            assertEquals(Amount(1250), currency(2).amount(BigDecimal(number)), number)
        }
        for (number in listOf("0", "0.000", "0E+9", "0E-999999999")) {
            assertEquals(Amount.ZERO, currency(2).amount(BigDecimal(number)), number)
        }
    }

    @Test
    fun `every amount comes back from its decimal`() {
        for (decimals in listOf(0, 2, 9)) {
            for (amount in listOf(least, Amount(-1), Amount.ZERO, Amount(10), most)) {
                assertEquals(amount, currency(decimals).run { amount(decimal(amount)) })
            }
        }
    }

    @Test
    fun `what is finer than the smallest unit is refused and not rounded`() {
        for (number in listOf("0.001", "12.345", "1E-3", "1E-999999999")) {
            assertEquals("amount_too_many_decimals", refusal(number), number)
        }
        assertEquals("amount_too_many_decimals", refusal("0.5", decimals = 0))
    }

    @Test
    fun `what is too large is refused without being written out`() {
        for (number in listOf("92233720368547758.08", "-92233720368547758.09", "1E+17", "1E+25", "1E+999999999")) {
            assertEquals("amount_too_large", refusal(number), number)
        }
    }

    @Test
    fun `an amount of another currency is worth another number`() {
        assertEquals("1250", currency(0).decimalText(Amount(1250)))
        assertEquals("1.250", currency(3).decimalText(Amount(1250)))
    }
}
