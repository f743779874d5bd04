package org.tallystick.scenarios

import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.StandardOpenOption
import kotlin.io.path.extension
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.nameWithoutExtension
import kotlin.io.path.readText
import kotlin.io.path.writeText
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.io.TempDir

/** The stories of `tests/scenarios`, which every language runs; its README has what a step can say. */
class ScenariosTest {
    @TempDir
    lateinit var folder: Path

    @TestFactory
    fun scenarios(): List<DynamicTest> {
        val place = Path.of(System.getProperty("tallystick.scenarios"))
        val files = place.listDirectoryEntries().filter { it.extension == "json" }.sorted()
        assertTrue(files.isNotEmpty(), "no scenarios in $place")
        return files.map { dynamicTest(it.nameWithoutExtension) { run(it) } }
    }

    private fun run(file: Path) = runBlocking {
        var passed = false
        try {
            val steps = (Json.parseToJsonElement(file.readText()) as JsonObject).getValue("steps") as JsonArray
            Scenario(Files.createTempDirectory(folder, file.nameWithoutExtension)).use { scenario ->
                steps.forEach { scenario.take(it as JsonObject) }
            }
            passed = true
        } finally {
            report("scenario ${file.nameWithoutExtension} ${if (passed) "ok" else "failed"}\n")
        }
    }

    private fun report(line: String) {
        val file = System.getenv("TALLYSTICK_SCENARIO_REPORT") ?: return
        Path.of(file).writeText(line, options = arrayOf(StandardOpenOption.CREATE, StandardOpenOption.APPEND))
    }

    @Test
    fun `named fields count and others do not`() {
        fun differs(expected: String, given: String) =
            difference(Json.parseToJsonElement(expected), Json.parseToJsonElement(given))
        val given = """{"a": "1", "list": [{"b": 2, "c": 3}], "none": null}"""
        assertEquals(null, differs("""{"a": "*", "list": [{"b": 2}], "none": null}""", given))
        for (wrong in listOf("""{"a": "2"}""", """{"list": []}""", """{"none": "*"}""", """{"d": 1}""")) {
            assertNotNull(differs(wrong, given), wrong)
        }
    }
}
