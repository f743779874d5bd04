import Foundation
import Tallystick
import Testing

/// The example of the guides, as its reader would run it.
struct HelloTests {
    private func hello(_ arguments: String...) throws -> ChildProcess {
        guard let program = ProcessInfo.processInfo.environment["TALLYSTICK_HELLO"] else {
            throw Complaint("set TALLYSTICK_HELLO to the built program of examples/hello-swift")
        }
        return try ChildProcess(URL(fileURLWithPath: program), arguments)
    }

    @Test func itAddsACurrencyScansPaysAndPrintsTheReceipt() async throws {
        let (town, folder) = (try Town(), try TemporaryFolder())
        let shop = try town.tell(["do": "shop", "name": "Bakery", "code": "BUN"])
        let asked = try town.tell(["do": "ask", "shop": "Bakery", "amount": "3.50"])
        let picture = folder.url.appendingPathComponent("code.png").path
        let code = try codePng(text: asked.must("link"), level: .screen, pixelsPerModule: 8)
        try code.write(to: URL(fileURLWithPath: picture))
        let phone = folder.url.appendingPathComponent("phone").path

        let first = try hello(phone, shop.must("link"), picture)
        var account: Substring?
        while account == nil {
            let said = await first.line()
            let line = try #require(said, "it ended early")
            account = line.split(separator: "account ").last.flatMap { line.contains("account ") ? $0 : nil }
        }
        try town.tell(["do": "fund", "shop": "Bakery", "account": .text(String(account!)), "amount": "20"])
        let said = await first.rest()
        #expect(first.end() == 0, "\(said)")
        for words in ["You have 20.00\u{a0}BUN", "Paying 3.50\u{a0}BUN to Bakery", "Paid.", "▀"] {
            #expect(said.contains(words), "\(said)")
        }
        #expect(try town.tell(["do": "books", "shop": "Bakery"])["balance"] == "3.50")

        // The same code once more: the wallet is opened again, finds its payment, and pays nothing.
        let again = try hello(phone, shop.must("link"), picture)
        let repeated = await again.rest()
        #expect(again.end() == 0, "\(repeated)")
        #expect(try town.tell(["do": "books", "shop": "Bakery"])["balance"] == "3.50")
    }

    @Test func whatIsWrongIsSaidInWords() async throws {
        let folder = try TemporaryFolder()
        let wrong = try hello(folder.url.appendingPathComponent("phone").path, "https://bakery.example/", "x")
        let said = await wrong.rest()
        #expect(wrong.end() == 1)
        #expect(said.contains("link: "), "\(said)")
    }
}
