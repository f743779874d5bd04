import Foundation
import Testing

struct LeaksTests {
    /// In a process of its own, where nothing else opens files meanwhile.
    @Test func aThousandWalletsOpenedAndClosedLeaveNothingBehind() async throws {
        let folder = try TemporaryFolder()
        let other = try otherProcess("leaks", folder.url.path, "1000")
        let said = await other.line()
        let line = try #require(said)
        #expect(other.end() == 0)
        let more = try line.split(separator: " ").map { try #require(Int($0)) }
        try #require(more.count == 4, "\(line)")
        // One of each a wallet would be a thousand; the system's library may take some for its own ends.
        #expect(more[0] <= 20, "open files: \(more[0]) more")
        #expect(more[1] <= 20, "threads: \(more[1]) more")
        #expect(more[2] == 0, "stores of secrets: \(more[2]) more")
        // A wallet's own file is some 200 KB: were they kept, this would be many times as much.
        #expect(more[3] <= 64 << 20, "memory: \(more[3]) bytes more")
    }
}
