package org.tallystick.android

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** Whatever an app can call says what it is: in the sources written by hand, for those that are generated say what Rust says. */
class DocumentedTest {
    private fun undocumented(lines: List<String>): List<String> = lines.indices.filter { at ->
        val line = lines[at].trim()
        // Values in a constructor are told of above it, by @property.
        val declares = line.startsWith("public ") && !line.endsWith(',')
        val above = lines.take(at).asReversed().map(String::trim).firstOrNull { !it.startsWith('@') && !it.startsWith("//") }
        declares && above?.endsWith("*/") != true
    }.map { lines[it].trim() }

    @Test
    fun `everything public is documented`() {
        val sources = listOf("src/main/kotlin", "../../bindings/kotlin/src/main/kotlin").flatMap { File(it).walk() }
            .filter { it.extension == "kt" }
        assertTrue(sources.size > 15)
        assertEquals(emptyMap<String, List<String>>(), sources.associate { it.name to undocumented(it.readLines()) }.filterValues { it.isNotEmpty() })
    }

    @Test
    fun `what is not documented is found`() {
        assertEquals(listOf("public fun a()"), undocumented(listOf("/** A. */", "@Throws", "public fun b()", "", "public fun a()")))
        assertEquals(emptyList<String>(), undocumented(listOf("/** A. */", "public class A(", "    public val b: Int,", ")")))
    }
}
