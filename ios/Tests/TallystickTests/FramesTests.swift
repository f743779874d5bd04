import Foundation
import Tallystick
import Testing

struct FramesTests {
    private let text = "tallystick on paper"

    @Test func aCodeInAFrameIsReadHoweverTheFrameIsHandedOver() throws {
        let frame = try Frame(of: text)
        #expect(try LiveReader().read(luma: frame.luma, width: frame.side, height: frame.side).texts == [text])
        // A slice begins elsewhere; rows may be longer than the picture is wide; a buffer may have more than the frame.
        let behind = (Data(repeating: 0, count: 100) + frame.luma)[100...]
        #expect(try LiveReader().read(luma: behind, width: frame.side, height: frame.side).texts == [text])
        let padded = frame.padded(by: 24)
        let reading = try padded.withUnsafeBytes {
            try LiveReader().read(luma: $0, width: frame.side, height: frame.side, rowStride: frame.side + 24)
        }
        #expect(reading.texts == [text])
    }

    @Test func aCodeIsToldOnceUntilTheReaderForgetsIt() throws {
        let (reader, frame) = (LiveReader(), try Frame(of: text))
        let look = { try reader.read(luma: frame.luma, width: frame.side, height: frame.side).texts }
        #expect(try [look(), look()] == [[text], []])
        reader.forget()
        #expect(try look() == [text])
    }

    @Test func aFrameWithMissingBytesIsRefused() throws {
        let (reader, frame) = (LiveReader(), try Frame(of: text))
        func refusal(_ width: Int, _ height: Int, _ rowStride: Int? = nil, of luma: Data? = nil) -> String? {
            do {
                _ = try reader.read(luma: luma ?? frame.luma, width: width, height: height, rowStride: rowStride)
            } catch {
                return (error as? WalletError)?.code
            }
            return nil
        }
        #expect(refusal(frame.side, frame.side + 1) == "frame_shape")
        #expect(refusal(frame.side, frame.side, frame.side + 1) == "frame_shape")
        #expect(refusal(-1, frame.side) == "picture_too_small")
        #expect(refusal(.max, .max) != nil)
        #expect(refusal(64, 64, of: Data()) == "frame_shape")
    }

    @Test func whatIsOutsideACodeIsLight() throws {
        let code = try codeModules(text: text, level: .screen)
        let side = Int(code.width)
        #expect(code.isDark(row: 0, column: 0) && code.isDark(row: 0, column: side - 1))
        for (row, column) in [(-1, 0), (0, -1), (side, 0), (0, side)] { #expect(!code.isDark(row: row, column: column)) }
    }

    @Test func aLinkThatOpensTheAppIsToldAsIfItWereScanned() throws {
        let url = try #require(URL(string: "https://bakery.example/menu"))
        #expect(scan(url: url) == .web(url: url.absoluteString, host: "bakery.example"))
    }
}

extension LiveReading {
    fileprivate var texts: [String?] { fresh.map(\.text) }
}

/// What a camera would see of a code that fills its view.
private struct Frame {
    let luma: Data
    let side: Int

    init(of text: String) throws {
        let (code, points) = (try codeModules(text: text, level: .screen), 6)
        let side = (Int(code.width) + 2 * CodeModules.quietZone) * points
        luma = Data((0..<side * side).map { point in
            let column = point % side / points - CodeModules.quietZone
            let row = point / side / points - CodeModules.quietZone
            return code.isDark(row: row, column: column) ? 0 : 255
        })
        self.side = side
    }

    func padded(by bytes: Int) -> Data {
        (0..<side).reduce(into: Data()) { rows, row in
            rows += luma[row * side..<(row + 1) * side] + Data(repeating: 0, count: bytes)
        } + Data(repeating: 0, count: 50)
    }
}
