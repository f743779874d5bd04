package org.tallystick.scenarios

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long

/** The fields of a step. */
class Words(private val step: JsonObject) {
    fun text(name: String): String? = (step[name] as? JsonPrimitive)?.contentOrNull

    fun must(name: String): String = text(name) ?: error("no `$name` in $step")

    fun number(name: String): Long? = (step[name] as? JsonPrimitive)?.long

    fun yes(name: String): Boolean = text(name) == "true"

    fun list(name: String): List<JsonElement>? = step[name] as? JsonArray

    fun texts(name: String): List<String> = list(name).orEmpty().map { it.jsonPrimitive.content }

    fun issuer(): String = must("issuer")

    fun payment(): String = must("payment")

    fun patience(): UInt? = number("patience_ms")?.toUInt()

    fun plan(): String = text("plan") ?: "plan"
}
