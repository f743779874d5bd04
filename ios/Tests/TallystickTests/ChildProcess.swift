import Foundation

/// Another program, spoken to in lines. Its complaints show among our own.
///
/// It is used by one task at a time.
final class ChildProcess: @unchecked Sendable {
    private let process = Process()
    private let orders = Pipe()
    private let answers = Pipe()
    private var read = Data()

    init(_ program: URL, _ arguments: [String] = [], settings: [String: String] = [:]) throws {
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(settings) { _, ours in ours }
        process.standardInput = orders
        process.standardOutput = answers
        try process.run()
    }

    var id: Int32 { process.processIdentifier }

    func tell(_ line: String) throws {
        try orders.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
    }

    /// The next line; none when the program has ended. Waited for on a thread of its own: those that run all tests are few.
    func line() async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.lineAtOnce()) }
        }
    }

    /// The same from a program that answers at once.
    func lineAtOnce() -> String? {
        while true {
            if let end = read.firstIndex(of: UInt8(ascii: "\n")) {
                defer { read = Data(read[(end + 1)...]) }
                return String(decoding: read[..<end], as: UTF8.self)
            }
            let more = answers.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            read += more
        }
    }

    /// All lines that are left.
    func rest() async -> String {
        var lines: [String] = []
        while let line = await line() { lines.append(line) }
        return lines.joined(separator: "\n")
    }

    /// Ends its input, and gives how it ended.
    @discardableResult
    func end() -> Int32 {
        try? orders.fileHandleForWriting.close()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Ends it as the system does that needs memory: at once, and unasked.
    func kill() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }
}

/// The program that is built beside the tests.
func otherProcess(_ arguments: String...) throws -> ChildProcess {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return try ChildProcess(tests.deletingLastPathComponent().appendingPathComponent("OtherProcess"), arguments)
}
