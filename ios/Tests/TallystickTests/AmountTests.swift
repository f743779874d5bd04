import Foundation
import Tallystick
import Testing

struct AmountTests {
    private let most = Amount(.max)
    private let least = Amount(.min)

    private func currency(_ decimals: UInt8) -> Currency {
        Currency(code: "BREAD", name: "Bread", symbol: "", decimals: decimals)
    }

    private func number(_ text: String) throws -> Decimal {
        try #require(Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")))
    }

    private func refusal(_ number: Decimal, decimals: UInt8 = 2) -> String? {
        #expect(throws: WalletError.self) { try currency(decimals).amount(number) }
        do {
            _ = try currency(decimals).amount(number)
        } catch {
            return (error as? WalletError)?.code
        }
        return nil
    }

    @Test func amountsAreAddedAndComparedAsNumbers() throws {
        #expect(try Amount(10) + Amount(-3) == Amount(7))
        #expect(try Amount(10) - Amount(-3) == Amount(13))
        #expect(try -Amount(10) == Amount(-10))
        #expect(try [Amount(1), Amount(2), Amount(3)].total() == Amount(6))
        #expect(least < .zero && .zero < most)
        #expect(least.description == "-9223372036854775808")
    }

    @Test func anAmountThatDoesNotFitIsNeverAnotherAmount() {
        #expect(throws: AmountTooLarge.self) { try most + Amount(1) }
        #expect(throws: AmountTooLarge.self) { try least - Amount(1) }
        #expect(throws: AmountTooLarge.self) { try -least }
        #expect(throws: AmountTooLarge.self) { try [most, most].total() }
    }

    @Test func anAmountIsReadOnlyAsItIsWritten() {
        for amount in [least, Amount(-1), .zero, most] { #expect(Amount(amount.description) == amount) }
        for text in ["", "+5", "-0", "05", "5 ", "5.0", "9223372036854775808", "٥"] { #expect(Amount(text) == nil, "\(text)") }
    }

    @Test func anAmountInWholeUnitsIsExact() throws {
        #expect(try currency(2).decimal(Amount(1250)) == number("12.5"))
        #expect(currency(2).decimal(.zero) == 0)
        #expect(currency(0).decimal(Amount(-7)) == -7)
        #expect(try currency(9).decimal(least) == number("-9223372036.854775808"))
        #expect(try currency(0).decimal(most) == number("9223372036854775807"))
    }

    @Test func wholeUnitsBecomeTheSameAmountHoweverTheyAreWritten() throws {
        for text in ["12.5", "12.50", "12.5000", "1.25E1"] {
            #expect(try currency(2).amount(number(text)) == Amount(1250), "\(text)")
        }
        for text in ["0", "0.000", "-0"] { #expect(try currency(2).amount(number(text)) == .zero, "\(text)") }
        // Not brought to its shortest form: 1250 × 10^-2 as 125000 × 10^-4.
        let long = Decimal(sign: .plus, exponent: -4, significand: 125_000)
        #expect(try currency(2).amount(long) == Amount(1250))
    }

    @Test func everyAmountComesBackFromItsDecimal() throws {
        for decimals: UInt8 in [0, 2, 9] {
            for amount in [least, Amount(-1), .zero, Amount(10), most] {
                let currency = currency(decimals)
                #expect(try currency.amount(currency.decimal(amount)) == amount)
            }
        }
    }

    @Test func whatIsFinerThanTheSmallestUnitIsRefusedAndNotRounded() throws {
        for text in ["0.001", "12.345", "-0.001", "1E-127"] {
            #expect(try refusal(number(text)) == "amount_too_many_decimals", "\(text)")
        }
        #expect(try refusal(number("0.5"), decimals: 0) == "amount_too_many_decimals")
    }

    @Test func whatIsTooLargeOrNoNumberIsRefused() throws {
        for text in ["92233720368547758.08", "-92233720368547758.09", "1E17", "1E25", "1E127"] {
            #expect(try refusal(number(text)) == "amount_too_large", "\(text)")
        }
        #expect(refusal(.nan) == "amount_not_a_number")
    }

    @Test func anAmountOfAnotherCurrencyIsWorthAnotherNumber() {
        #expect(currency(0).decimalText(amount: Amount(1250)) == "1250")
        #expect(currency(3).decimalText(amount: Amount(1250)) == "1.250")
    }

    @Test func exactTextIsReadWholeOrNotAtAll() throws {
        for text in ["0", "1.5", "-12.345", "79228162514264337593543950335", "0.0000000000000000000000000001"] {
            #expect(DecimalText.write(try DecimalText.read(text)) == text)
        }
        let digits = String(repeating: "1", count: DecimalText.mostDigits)
        #expect(DecimalText.write(try DecimalText.read(digits)) == digits)
        for text in ["", "1,5", "1.5x", "1 5", ".5", "5.", "1.2.3", "--1", "1-", "1e3", "+1", "NaN", "٥", digits + "1"] {
            #expect(throws: DecimalText.NoNumber.self, "\(text)") { try DecimalText.read(text) }
        }
    }

    @Test func aCurrencyThatCannotBeIsNoReasonToStop() {
        let odd = Currency(code: "", name: "", symbol: "\u{0}", decimals: 255)
        #expect(odd.decimalText(amount: least).hasPrefix("-0."))
        #expect(throws: WalletError.self) { try odd.amount(1e30) }
        _ = try? odd.format(amount: most, locale: "de_CH")
        _ = try? odd.parse(text: "1", locale: "")
    }
}
