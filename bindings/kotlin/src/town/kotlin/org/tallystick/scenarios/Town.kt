package org.tallystick.scenarios

import java.util.concurrent.TimeUnit
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put

/** The shops and their issuers, a program of its own that is told what to do. */
class Town private constructor(private val process: Process) : AutoCloseable {
    private val answers = process.inputStream.bufferedReader()
    private val orders = process.outputStream.writer()

    /** What it answers; it must not fail. */
    fun tell(order: JsonElement): JsonElement {
        orders.write("$order\n")
        orders.flush()
        val line = answers.readLine() ?: error("the town is gone, at $order")
        val answer = Json.parseToJsonElement(line) as JsonObject
        return answer["ok"] ?: error("the town: $answer, for $order")
    }

    /** An order of texts alone. */
    fun tell(what: String, vararg fields: Pair<String, String>): JsonObject = tell(
        buildJsonObject {
            put("do", what)
            fields.forEach { (name, value) -> put(name, JsonPrimitive(value)) }
        },
    ) as JsonObject

    /** The end of its input is the end of its day. */
    override fun close() {
        orders.close()
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly()
            error("the town does not stop")
        }
    }

    companion object {
        private const val PATIENCE_SECONDS = 60L

        fun start(): Town {
            val program = System.getenv("TALLYSTICK_TOWN")
                ?: error("set TALLYSTICK_TOWN to the program tallystick-town, as `cargo xtask test kotlin` does")
            return Town(ProcessBuilder(program).redirectError(ProcessBuilder.Redirect.INHERIT).start())
        }
    }
}
