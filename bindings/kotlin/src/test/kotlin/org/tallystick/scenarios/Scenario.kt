package org.tallystick.scenarios

import java.nio.file.Path
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.put
import org.tallystick.code
import org.tallystick.core.WalletException

/** A scenario under way: the town, the phones, and what was kept of earlier steps. */
class Scenario(private val folder: Path) : AutoCloseable {
    private val town = Town.start()
    private val phones = mutableMapOf<String, Phone>()
    private val saved = mutableMapOf<String, JsonElement>()

    /** Takes a step, and fails unless it gives what it should. */
    suspend fun take(written: JsonObject) {
        val step = filled(written) as JsonObject
        val given = runCatching { outcome(step) }
        val failure = given.exceptionOrNull()
        if (failure != null && failure !is WalletException) throw AssertionError("step: $step", failure)
        val wrong = when (val error = step["error"]) {
            null -> failure?.let { "it failed: ${it.javaClass.simpleName}, $it" }
                ?: step["expect"]?.let { difference(it, given.getOrThrow()) }
            else -> failure?.let { difference(error, told(it)) }
                ?: if (failure == null) "it should have failed" else null
        }
        if (wrong != null) throw AssertionError("$wrong\nstep: $step\ngiven: $given", failure)
        given.onSuccess { save(step, it) }
    }

    private suspend fun outcome(step: JsonObject): JsonElement {
        step["town"]?.let { return town.tell(it) }
        val words = Words(step)
        val on = words.text("on") ?: return withoutWallet(words)
        if (words.must("do") == "restore") {
            val phrase = phones.getValue(words.must("phrase_of")).phrase()
            val (phone, report) = Phone.restored(folder.resolve("$on-restored"), phrase, words)
            phones[on] = phone
            return report
        }
        return phones.getOrPut(on) { Phone(folder.resolve(on)) }.take(words)
    }

    /** The step with every `${name}` replaced by what was saved under that name. */
    private fun filled(step: JsonElement): JsonElement = when (step) {
        is JsonObject -> JsonObject(step.mapValues { filled(it.value) })
        is JsonArray -> JsonArray(step.map(::filled))
        is JsonPrimitive -> if (step.isString) filledText(step) else step
    }

    private fun filledText(text: JsonPrimitive): JsonElement {
        NAME.matchEntire(text.content)?.let { return known(it) }
        return JsonPrimitive(NAME.replace(text.content) { known(it).jsonPrimitive.content })
    }

    private fun known(name: MatchResult) =
        saved[name.groupValues[1]] ?: error("nothing was saved as `${name.value}`")

    private fun save(step: JsonObject, given: JsonElement) {
        (step["save"] as? JsonObject)?.forEach { (name, path) ->
            val value = path.jsonPrimitive.content.split('.').fold(given) { value, part ->
                when (value) {
                    is JsonArray -> value[part.toInt()]
                    is JsonObject -> value[part] ?: JsonNull
                    is JsonPrimitive -> JsonNull
                }
            }
            check(value != JsonNull) { "nothing to save as `$name` in $given" }
            saved[name] = value
        }
    }

    private fun told(error: WalletException) = buildJsonObject {
        put("kind", error.javaClass.simpleName)
        put("code", error.code)
        put("field", (error as? WalletException.InvalidInput)?.field)
    }

    override fun close() {
        phones.values.forEach(Phone::close)
        town.close()
    }

    private companion object {
        val NAME = Regex("""\$\{(\w+)}""")
    }
}
