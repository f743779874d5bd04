import java.io.File
import kotlin.system.exitProcess
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.tallystick.Wallet
import org.tallystick.WalletSettings
import org.tallystick.balanceUpdates
import org.tallystick.code
import org.tallystick.codeTerminal
import org.tallystick.core.AccountKind
import org.tallystick.core.Balance
import org.tallystick.core.CodeLevel
import org.tallystick.core.PayTo
import org.tallystick.core.PaymentState
import org.tallystick.core.PaymentWish
import org.tallystick.core.Scanned
import org.tallystick.core.TerminalStyle
import org.tallystick.core.WalletException
import org.tallystick.createPassphraseStore
import org.tallystick.createWallet
import org.tallystick.money.Amount
import org.tallystick.openPassphraseStore
import org.tallystick.paymentMark
import org.tallystick.scan
import org.tallystick.scanPicture
import org.tallystick.session
import org.tallystick.userText

private const val USAGE = """Adds a currency, waits for some of it, pays what a code asks for, and prints the receipt.

    hello WALLET-FOLDER CARD-LINK CODE

CODE is a link, or a PNG or JPEG file with a code in it."""

/** The wallet in this folder, or a new one. A real program asks for the passphrase; on a phone the keystore needs none. */
suspend fun openWallet(folder: File): Wallet {
    val settings = WalletSettings(folder.resolve("wallet").path)
    val key = folder.resolve("key")
    if (key.exists()) return Wallet.open(settings, openPassphraseStore(key.path, "correct horse battery"))
    folder.mkdirs()
    val made = createWallet(settings, createPassphraseStore(key.path, "correct horse battery"))
    println("Write these words down: ${made.phrase.use { it.reveal().joinToString(" ") }}")
    return made.wallet
}

/** The balance, as soon as there is one. */
suspend fun money(wallet: Wallet, issuer: String): Balance {
    wallet.listen()
    return wallet.balanceUpdates().first { all -> all.any { it.issuer == issuer && it.available > Amount.ZERO } }
        .first { it.issuer == issuer }
}

suspend fun hello(wallet: Wallet, card: String, code: String) {
    val added = wallet.addCurrency(card, AccountKind.PRIVATE)
    println("${added.issuerName}, account ${added.account}")
    val balance = money(wallet, added.issuer)
    println("You have ${balance.currency.format(balance.available, "en")}")

    val scanned = File(code).let { if (it.isFile) scanPicture(it.readBytes()) else scan(code) }
    check(scanned is Scanned.Request) { "this asks for no payment: $scanned" }
    val plan = wallet.plan(PaymentWish(PayTo.Request(scanned.link)))
    println("Paying ${plan.currency.format(plan.total, "en")} to ${plan.payee.name ?: plan.payee.account}")

    val payment = wallet.pay(plan)
    check(payment.state == PaymentState.SETTLED) { "the issuer refused: ${payment.refusal}" }
    println("Paid. ${paymentMark(payment.payment).words.joinToString(" ")}")
    val receipt = wallet.receiptLink(payment.payment)
    println(codeTerminal(receipt.text(), CodeLevel.SCREEN, TerminalStyle.COLOURS))
}

fun fail(reason: String?): Nothing {
    System.err.println(reason)
    exitProcess(1)
}

fun main(arguments: Array<String>) = runBlocking {
    if (arguments.size != 3) fail(USAGE)
    val (folder, card, code) = arguments
    try {
        openWallet(File(folder)).session { wallet -> hello(wallet, card, code) }
    } catch (error: WalletException) {
        fail("${error.userText} (${error.code})")
    } catch (error: IllegalStateException) {
        fail(error.message)
    }
}
