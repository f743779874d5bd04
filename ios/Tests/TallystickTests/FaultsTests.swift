import CTallystick
import Foundation
import Tallystick
import Testing

@testable import TallystickBindings

struct FaultsTests {
    /// The shipped library has nothing that panics on demand. What generated code never sends does it: a level of codes that
    /// there is not. (A panic in the middle of a wallet's own work is tested in Rust.)
    @Test func aPanicInRustBecomesATypedErrorAndTheProcessLives() throws {
        for _ in 0..<100 {
            do {
                try panicking()
                throw Complaint("it did not panic")
            } catch WalletError.Internal(let reason) {
                #expect(!reason.isEmpty && !reason.contains("CodeLevel"))
            }
        }
        #expect(try codeModules(text: "tally", level: .screen).width == 21)
    }

    private func panicking() throws {
        let text = buffer(Data("tally".utf8))
        let noLevel = buffer(Data([0xFF, 0xFF, 0xFF, 0xFF]))
        _ = try uniffiJudged { uniffi_tallystick_ffi_fn_func_code_modules(text, noLevel, $0) }
    }

    private func buffer(_ bytes: Data) -> RustBuffer {
        var status = RustCallStatus()
        let buffer = bytes.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return ffi_tallystick_ffi_rustbuffer_from_bytes(ForeignBytes(len: Int32(bytes.count), data: start), &status)
        }
        #expect(status.code == 0)
        return buffer
    }

    @Test func anIdentifierThatIsNoneIsAnErrorOfTheCallerAndNotOfTheSDK() throws {
        do {
            _ = try paymentMark(payment: "no payment")
            throw Complaint("it has a mark")
        } catch WalletError.InvalidInput(let field, _, _) {
            #expect(field == "key")
        }
        #expect(!version().isEmpty)
    }
}
