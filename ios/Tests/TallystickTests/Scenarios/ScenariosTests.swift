import Foundation
import Testing

/// The stories of `tests/scenarios`, which every language runs; its README has what a step can say.
@Suite(.serialized)
struct ScenariosTests {
    private static let place = URL(fileURLWithPath: #filePath)
        .appendingPathComponent("../../../../../tests/scenarios").standardizedFileURL

    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }()

    @Test func thereAreScenarios() {
        #expect(Self.names.contains("pay"), "\(Self.place.path): \(Self.names)")
    }

    @Test(arguments: names)
    func scenario(name: String) async throws {
        do {
            try await run(name)
            try report(name, "ok")
        } catch {
            try report(name, "failed")
            throw error
        }
    }

    private func run(_ name: String) async throws {
        let file = try Data(contentsOf: Self.place.appendingPathComponent("\(name).json"))
        let folder = try TemporaryFolder()
        let scenario = try Scenario(folder: folder.url)
        for step in try JSON.parse(file)["steps"].list ?? [] { try await scenario.take(step) }
        try await scenario.end()
    }

    private func report(_ name: String, _ result: String) throws {
        guard let path = ProcessInfo.processInfo.environment["TALLYSTICK_SCENARIO_REPORT"] else { return }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("scenario \(name) \(result)\n".utf8))
        try file.close()
    }

    @Test func namedFieldsCountAndOthersDoNot() {
        let given: JSON = ["a": "1", "list": [["b": 2, "c": 3]], "none": .null]
        #expect(difference(["a": "*", "list": [["b": 2]], "none": .null], given) == nil)
        let wrong: [JSON] = [["a": "2"], ["list": []], ["none": "*"], ["d": 1]]
        for expected in wrong { #expect(difference(expected, given) != nil, "\(expected)") }
    }
}
