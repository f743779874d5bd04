package org.tallystick.scenarios

import java.util.Base64
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.tallystick.RecoveryPhrase
import org.tallystick.codeModules
import org.tallystick.codePng
import org.tallystick.core.CodeLevel
import org.tallystick.core.Currency
import org.tallystick.money.Amount
import org.tallystick.paymentMark
import org.tallystick.scan
import org.tallystick.scanPicture
import org.tallystick.verifyEvidence

/** Steps that need no wallet. */
suspend fun withoutWallet(words: Words): JsonElement {
    fun currency() =
        Currency(words.must("code"), "A currency", words.text("symbol").orEmpty(), words.number("decimals")!!.toUByte())
    fun bytes() = Base64.getDecoder().decode(words.must("base64"))
    return when (val kind = words.must("do")) {
        "scan" -> shape(scan(words.must("text")))
        "scan_code" -> shape(scanPicture(codePng(words.must("text"), CodeLevel.SCREEN, 4u)))
        "scan_picture" -> shape(scanPicture(bytes()))
        "code" -> buildJsonObject {
            put("width", codeModules(words.must("text"), CodeLevel.SCREEN).width.toInt())
        }
        "format" -> buildJsonObject {
            val amount = Amount(words.must("amount").toLong())
            put("text", currency().format(amount, words.must("locale")))
            put("number", currency().formatNumber(amount, words.must("locale")))
            put("decimal", currency().decimalText(amount))
        }
        "parse" -> buildJsonObject {
            put("amount", currency().parse(words.must("text"), words.must("locale")).toString())
        }
        "amount" -> buildJsonObject { put("amount", currency().amountOfText(words.must("text")).toString()) }
        "phrase" -> buildJsonObject {
            put("words", RecoveryPhrase.parse(words.must("text")).use { it.reveal().size })
        }
        "mark" -> buildJsonObject {
            val mark = paymentMark(words.payment())
            put("hex", mark.hex)
            put("words", texts(mark.words))
        }
        "evidence" -> buildJsonObject { put("code", verifyEvidence(bytes()).code) }
        else -> error("no step is called `$kind`")
    }
}
