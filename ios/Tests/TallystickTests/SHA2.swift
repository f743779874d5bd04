import Foundation

/// SHA-2 (FIPS 180-4), HMAC (RFC 2104) and PBKDF2 (RFC 8018), for reckoning out which keys a wallet has: Swift on Linux has
/// none of them, and the core's own would prove nothing. Slow and in no way careful with secrets: for tests.
enum SHA2 {
    static func hmacSHA256(key: Data, _ message: Data) -> Data { hmac(key: key, message, block: 64, sha256) }

    static func hmacSHA512(key: Data, _ message: Data) -> Data { hmac(key: key, message, block: 128, sha512) }

    /// The first 64 bytes.
    static func pbkdf2SHA512(password: Data, salt: Data, rounds: Int) -> Data {
        var last = hmacSHA512(key: password, salt + [0, 0, 0, 1])
        var sum = Array(last)
        for _ in 1..<rounds {
            last = hmacSHA512(key: password, last)
            for (place, byte) in last.enumerated() { sum[place] ^= byte }
        }
        return Data(sum)
    }

    private static func hmac(key: Data, _ message: Data, block: Int, _ hash: (Data) -> Data) -> Data {
        let short = key.count > block ? hash(key) : key
        let padded = short + Data(repeating: 0, count: block - short.count)
        return hash(Data(padded.map { $0 ^ 0x5c }) + hash(Data(padded.map { $0 ^ 0x36 }) + message))
    }

    static func sha512(_ message: Data) -> Data {
        hash(message, block: 128, initial, constants) { word, of in
            switch of {
            case .schedule0: rotated(word, 1) ^ rotated(word, 8) ^ word >> 7
            case .schedule1: rotated(word, 19) ^ rotated(word, 61) ^ word >> 6
            case .sum0: rotated(word, 28) ^ rotated(word, 34) ^ rotated(word, 39)
            case .sum1: rotated(word, 14) ^ rotated(word, 18) ^ rotated(word, 41)
            }
        }
    }

    /// Its constants are the upper halves of the other's.
    static func sha256(_ message: Data) -> Data {
        let halves = { (words: ArraySlice<UInt64>) in words.map { UInt32($0 >> 32) } }
        return hash(message, block: 64, halves(initial[...]), halves(constants[..<64])) { word, of in
            switch of {
            case .schedule0: rotated(word, 7) ^ rotated(word, 18) ^ word >> 3
            case .schedule1: rotated(word, 17) ^ rotated(word, 19) ^ word >> 10
            case .sum0: rotated(word, 2) ^ rotated(word, 13) ^ rotated(word, 22)
            case .sum1: rotated(word, 6) ^ rotated(word, 11) ^ rotated(word, 25)
            }
        }
    }

    private enum Mixing { case schedule0, schedule1, sum0, sum1 }

    private static func rotated<Word: FixedWidthInteger>(_ word: Word, _ bits: Word) -> Word {
        word &>> bits | word &<< (Word(Word.bitWidth) &- bits)
    }

    private static func hash<Word: FixedWidthInteger & UnsignedInteger>(
        _ message: Data, block: Int, _ initial: [Word], _ constants: [Word], _ mix: (Word, Mixing) -> Word
    ) -> Data {
        var padded = Array(message) + [0x80]
        padded += [UInt8](repeating: 0, count: (2 * block - padded.count % block - 8) % block)
        padded += withUnsafeBytes(of: UInt64(message.count * 8).bigEndian, Array.init)
        let bytes = Word.bitWidth / 8
        var state = initial
        for start in stride(from: 0, to: padded.count, by: block) {
            var words = (0..<16).map { place in
                padded[start + place * bytes..<start + (place + 1) * bytes].reduce(Word(0)) { $0 << 8 | Word($1) }
            }
            for place in 16..<constants.count {
                let (one, other) = (mix(words[place - 15], .schedule0), mix(words[place - 2], .schedule1))
                words.append(words[place - 16] &+ one &+ words[place - 7] &+ other)
            }
            var s = state
            for place in constants.indices {
                let choice = s[4] & s[5] ^ ~s[4] & s[6]
                let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2]
                let first = s[7] &+ mix(s[4], .sum1) &+ choice &+ constants[place] &+ words[place]
                let second = mix(s[0], .sum0) &+ majority
                s = [first &+ second, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
            }
            for place in state.indices { state[place] = state[place] &+ s[place] }
        }
        return state.reduce(into: Data()) { bytes, word in withUnsafeBytes(of: word.bigEndian) { bytes += $0 } }
    }

    /// The first 64 bits of the fractions of the square roots of the first 8 primes.
    private static let initial: [UInt64] = [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ]

    /// The first 64 bits of the fractions of the cube roots of the first 80 primes.
    private static let constants: [UInt64] = [
        0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
        0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
        0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
        0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
        0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
        0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
        0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
        0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
        0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
        0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
        0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
        0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
        0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
        0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
        0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
        0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
        0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
        0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
        0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
        0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
    ]
}
