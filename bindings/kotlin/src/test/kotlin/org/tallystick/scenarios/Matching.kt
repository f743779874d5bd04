package org.tallystick.scenarios

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

private val ANYTHING = JsonPrimitive("*")

/**
 * Where what was given is not what is expected, if anywhere: the fields that are named must be as they are named, others
 * may be there.
 */
fun difference(expected: JsonElement, given: JsonElement, at: String = ""): String? = when {
    expected == ANYTHING && given != JsonNull -> null
    expected is JsonObject && given is JsonObject -> expected.firstNotNullOfOrNull { (name, value) ->
        difference(value, given[name] ?: JsonNull, "$at.$name")
    }
    expected is JsonArray && given is JsonArray && expected.size == given.size ->
        expected.indices.firstNotNullOfOrNull { difference(expected[it], given[it], "$at[$it]") }
    expected == given -> null
    else -> "$at: expected $expected, given $given"
}
