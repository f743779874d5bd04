package org.tallystick.android

import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.w3c.dom.Element

/** What Gradle reads, as far as it can be held against what is built here. */
class BuildFilesTest {
    private fun xml(file: String): Element =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(File(file)).documentElement

    private fun Element.all(name: String): List<Element> =
        getElementsByTagName(name).let { found -> (0 until found.length).map { found.item(it) as Element } }

    private val catalogue = File("../gradle/libs.versions.toml").readLines()
        .mapNotNull { Regex("""^([\w-]+) = "([^"]+)"$""").matchEntire(it)?.destructured?.let { (name, version) -> name to version } }
        .toMap()

    private fun version(pom: String, artifact: String) =
        xml(pom).all("dependency").single { it.all("artifactId").first().textContent == artifact }.all("version").single().textContent

    @Test
    fun `Gradle and Maven build with the same versions`() {
        val kotlin = "../../bindings/kotlin/pom.xml"
        for (pom in listOf(kotlin, "../pom.xml")) {
            assertEquals(xml(pom).all("kotlin.version").single().textContent, catalogue["kotlin"])
        }
        assertEquals(version(kotlin, "kotlinx-coroutines-core-jvm"), catalogue["coroutines"])
        assertEquals(version("../pom.xml", "kotlinx-coroutines-android"), catalogue["coroutines"])
        assertEquals(version(kotlin, "jna"), catalogue["jna"])
        assertEquals(org.tallystick.version(), catalogue["tallystick"])
    }

    @Test
    fun `JNA is one that loads on pages of 16 KB`() {
        val (major, minor) = catalogue.getValue("jna").split('.').map(String::toInt)
        assertTrue(major > 5 || major == 5 && minor >= 17)
    }

    @Test
    fun `the library asks for what it uses, and no phone is kept from it`() {
        val manifest = xml("src/main/AndroidManifest.xml")
        val asked = manifest.all("uses-permission").map { it.getAttribute("android:name").substringAfterLast('.') }
        assertEquals(listOf("INTERNET", "CAMERA", "USE_BIOMETRIC"), asked)
        assertTrue(manifest.all("uses-feature").all { it.getAttribute("android:required") == "false" })
    }

    @Test
    fun `the sample opens every kind of link, and its classes are there`() {
        val manifest = xml("../app/src/main/AndroidManifest.xml")
        val paths = manifest.all("data").map { it.getAttribute("android:pathPrefix") }.filter { it.isNotEmpty() }
        assertEquals(listOf("/p/", "/c/", "/g/", "/r/"), paths)
        assertTrue(manifest.all("data").any { it.getAttribute("android:scheme") == "tallystick" })
        for (name in (manifest.all("application") + manifest.all("activity")).map { it.getAttribute("android:name") }) {
            assertTrue(name, File("../app/src/main/kotlin/org/tallystick/sample/${name.removePrefix(".")}.kt").isFile)
        }
    }
}
