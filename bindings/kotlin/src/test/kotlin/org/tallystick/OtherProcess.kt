package org.tallystick

import java.io.RandomAccessFile
import java.nio.file.Files
import java.nio.file.Path
import java.util.concurrent.TimeUnit
import kotlin.reflect.KClass
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue

/** Another virtual machine, whose memory can be read as long as it is our child. */
class OtherProcess private constructor(private val process: Process) {
    private val output = process.inputStream.bufferedReader()

    fun awaits(word: String) = assertEquals(word, output.readLine())

    fun goOn() = process.outputStream.run {
        write('\n'.code)
        flush()
    }

    fun ends(): Int {
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs")
        return process.exitValue()
    }

    fun kill() {
        process.destroyForcibly()
    }

    /** The names of those byte sequences that are found anywhere in memory that can be written. */
    fun memoryHolds(wanted: Map<String, ByteArray>): Set<String> {
        val found = mutableSetOf<String>()
        RandomAccessFile("/proc/${process.pid()}/mem", "r").use { memory ->
            for (bytes in areas().asSequence().flatMap(memory::pieces)) {
                found += wanted.filterValues(bytes::holds).keys
            }
        }
        return found
    }

    private fun areas(): List<LongRange> =
        Files.readAllLines(Path.of("/proc/${process.pid()}/maps")).map { it.split(' ') }
            .filter { (_, rights) -> rights.startsWith("rw") }
            .map { (range) -> range.split('-').map { it.toULong(16).toLong() } }
            .map { (start, end) -> start until end }

    companion object {
        /** Runs the `main` of a class, with the library that this process has. */
        fun start(program: KClass<*>, vararg arguments: String): OtherProcess {
            val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
            val library = "-Djna.library.path=${System.getProperty("jna.library.path")}"
            val start = listOf(java, library, "-cp", System.getProperty("java.class.path"), program.java.name)
            return OtherProcess(ProcessBuilder(start + arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start())
        }
    }
}

/** How much is read at a time. */
private const val PIECE = 1 shl 20
/** Pieces overlap by this, so that nothing hides on a border. */
private const val OVERLAP = 256

private fun RandomAccessFile.pieces(area: LongRange): Sequence<ByteArray> = sequence {
    var start = area.first
    while (start <= area.last) {
        val bytes = ByteArray(minOf(PIECE.toLong(), area.last + 1 - start).toInt())
        seek(start)
        // Some areas cannot be read: those that the kernel shares, and those that were freed meanwhile.
        val read = runCatching { readFully(bytes) }.isSuccess
        if (!read) return@sequence
        yield(bytes)
        start += if (bytes.size == PIECE) PIECE - OVERLAP else bytes.size
    }
}

private fun ByteArray.holds(wanted: ByteArray): Boolean =
    (0..size - wanted.size).any { start ->
        this[start] == wanted[0] && wanted.indices.all { this[start + it] == wanted[it] }
    }
