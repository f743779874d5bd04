package org.tallystick

import java.nio.file.Path
import kotlin.io.path.writeBytes
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.tallystick.core.CodeLevel
import org.tallystick.scenarios.Town

/** The program of `examples/hello-kotlin`, which the guides quote, run as a person runs it. */
class HelloTest {
    @TempDir
    lateinit var folder: Path

    private val town = Town.start()

    @AfterEach
    fun closeTown() = town.close()

    private class Run(process: Process) {
        val output = process.inputStream.bufferedReader()
        val errors = process.errorStream.bufferedReader()
        val code by lazy { process.waitFor() }
    }

    private fun hello(vararg arguments: Any): Run {
        val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
        val library = "-Djna.library.path=${System.getProperty("jna.library.path")}"
        val utf8 = listOf("-Dstdout.encoding=UTF-8", "-Dfile.encoding=UTF-8")
        val start = listOf(java, library) + utf8 + listOf("-cp", System.getProperty("java.class.path"), "HelloKt")
        return Run(ProcessBuilder(start + arguments.map(Any::toString)).start())
    }

    private fun JsonObject.text(name: String) = getValue(name).jsonPrimitive.content

    private fun balance() = town.tell("books", "shop" to "Bakery").text("balance")

    @Test
    fun `it adds a currency, scans, pays, and prints the receipt`() {
        val shop = town.tell("shop", "name" to "Bakery", "code" to "BUN")
        val asked = town.tell("ask", "shop" to "Bakery", "amount" to "3.50")
        val picture = folder.resolve("code.png")
        picture.writeBytes(codePng(asked.text("link"), CodeLevel.SCREEN, 8u))

        val first = hello(folder.resolve("phone"), shop.text("link"), picture)
        val account = generateSequence { first.output.readLine() }.first { "account" in it }.substringAfterLast(' ')
        town.tell("fund", "shop" to "Bakery", "account" to account, "amount" to "20")
        val told = first.output.readText()
        assertEquals(0, first.code, first.errors.readText())
        for (line in listOf("You have 20.00\u00a0BUN", "Paying 3.50\u00a0BUN to Bakery", "Paid. ", "▀")) {
            assertTrue(line in told, told)
        }
        assertEquals("3.50", balance())

        // The same code once more: the wallet is opened again, finds its payment, and pays nothing.
        val second = hello(folder.resolve("phone"), shop.text("link"), picture)
        assertTrue("Paid. " in second.output.readText())
        assertEquals(0, second.code, second.errors.readText())
        assertEquals("3.50", balance())
    }

    @Test
    fun `what is wrong is said in words`() {
        val run = hello(folder.resolve("phone"), "https://bakery.example/", "x")
        run.output.readText()
        val errors = run.errors.readText()
        assertEquals(1, run.code)
        assertTrue("link: " in errors, errors)
        assertFalse("Exception" in errors, errors)
    }
}
