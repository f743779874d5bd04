import Foundation

/// The shops and their issuers, a program of its own that is told what to do.
final class Town {
    private let process: ChildProcess

    init() throws {
        guard let program = ProcessInfo.processInfo.environment["TALLYSTICK_TOWN"] else {
            throw Complaint("set TALLYSTICK_TOWN to the program tallystick-town, as `cargo xtask test swift` does")
        }
        process = try ChildProcess(URL(fileURLWithPath: program))
    }

    /// The end of its input is the end of its day.
    deinit { process.end() }

    /// What it answers; it must not fail.
    @discardableResult
    func tell(_ order: JSON) throws -> JSON {
        try process.tell(order.description)
        guard let line = process.lineAtOnce() else { throw Complaint("the town is gone, at \(order)") }
        let answer = try JSON.parse(Data(line.utf8))
        guard case .object = answer["ok"] else { throw Complaint("the town: \(answer), for \(order)") }
        return answer["ok"]
    }
}
