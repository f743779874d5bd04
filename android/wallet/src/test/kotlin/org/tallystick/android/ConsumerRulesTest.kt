package org.tallystick.android

import com.sun.jna.Callback
import com.sun.jna.Structure
import java.io.File
import java.lang.reflect.Modifier
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** What R8 is told to keep, held against what was compiled. */
class ConsumerRulesTest {
    private val rules = File("consumer-rules.pro").readLines().map { it.substringBefore('#').trim() }.filter { it.isNotEmpty() }

    private val compiled: List<Class<*>> by lazy {
        val folder = File("../../target/kotlin/classes")
        folder.walk().filter { it.extension == "class" && it.name != "module-info.class" }.map {
            val name = it.relativeTo(folder).path.removeSuffix(".class").replace(File.separatorChar, '.')
            Class.forName(name, false, javaClass.classLoader)
        }.toList()
    }

    private fun native(type: Class<*>) = type.declaredMethods.any { Modifier.isNative(it.modifiers) }

    private fun names(pattern: String, type: Class<*>): Boolean {
        // Two stars stand for packages too.
        val parts = pattern.split("**").map { part -> part.split('*').joinToString("[^.]*") { Regex.escape(it) } }
        return Regex(parts.joinToString(".*")).matches(type.name)
    }

    /** The classes of this kind that rules name which begin and go on like this. */
    private fun kept(start: String, end: String, of: (Class<*>) -> Boolean): Set<Class<*>> {
        val patterns = rules.filter { it.startsWith(start) && end in it }.map { it.removePrefix(start).trim().substringBefore(' ') }
        assertTrue("no rule begins with $start", patterns.isNotEmpty())
        return compiled.filter(of).filter { type -> patterns.any { names(it, type) } }.toSet()
    }

    private fun check(start: String, end: String, of: (Class<*>) -> Boolean) {
        val needed = compiled.filter(of).toSet()
        assertTrue("nothing of the kind was compiled", needed.isNotEmpty())
        assertEquals(needed, kept(start, end, of))
    }

    @Test
    fun `the rules go into every app`() =
        assertTrue("consumerProguardFiles(\"consumer-rules.pro\")" in File("build.gradle.kts").readText())

    @Test
    fun `every class that is named is there`() {
        val named = rules.flatMap { Regex("""\b[a-z]\w*(\.[a-z]\w*)+\.[A-Z]\w*""").findAll(it).map(MatchResult::value) }.toSet()
        assertTrue(named.containsAll(setOf("com.sun.jna.Structure", "com.sun.jna.Callback")))
        named.forEach { Class.forName(it, false, javaClass.classLoader) }
        assertTrue("-keep class com.sun.jna.* { *; }" in rules)
        for (found in listOf("Native", "Pointer", "CallbackReference", "Structure\$ByValue")) {
            assertTrue(names("com.sun.jna.*", Class.forName("com.sun.jna.$found", false, javaClass.classLoader)))
        }
    }

    @Test
    fun `everything that JNA finds by its name is kept`() {
        check("-keep class", "extends com.sun.jna.Structure { *; }") { Structure::class.java.isAssignableFrom(it) }
        check("-keep class", "implements com.sun.jna.Callback { *; }") { Callback::class.java.isAssignableFrom(it) }
        check("-keepclasseswithmembers,includedescriptorclasses class", "{", ::native)
    }

    @Test
    fun `rules for something else keep nothing`() {
        val wallet = Class.forName("org.tallystick.Wallet", false, javaClass.classLoader)
        assertTrue(names("org.tallystick.**", wallet))
        for (other in listOf("org.tallystick.core.**", "org.tallystik.**", "org.*")) assertTrue(!names(other, wallet))
    }
}
