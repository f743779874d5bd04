import Foundation
import Testing

struct SHA2Tests {
    private func hex(_ bytes: Data) -> String { bytes.map { String(format: "%02x", $0) }.joined() }

    /// FIPS 180-4's examples, RFC 4231 case 2, and the seed of the first vector of BIP 39.
    @Test func itIsWhatTheStandardsSay() {
        let abc = Data("abc".utf8)
        #expect(hex(SHA2.sha256(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(hex(SHA2.sha512(abc)).hasPrefix("ddaf35a193617abacc417349ae204131"))
        let (key, message) = (Data("Jefe".utf8), Data("what do ya want for nothing?".utf8))
        #expect(hex(SHA2.hmacSHA256(key: key, message)).hasPrefix("5bdcc146bf60754e6a042426089575c7"))
        #expect(hex(SHA2.hmacSHA512(key: key, message)).hasPrefix("164b7a7bfcf819e2e395fbe73b56e0a3"))
        let phrase = String(repeating: "abandon ", count: 11) + "about"
        let seed = SHA2.pbkdf2SHA512(password: Data(phrase.utf8), salt: Data("mnemonicTREZOR".utf8), rounds: 2048)
        #expect(hex(seed).hasPrefix("c55257c360c07c72029aebc1b53c05ed"))
    }
}
