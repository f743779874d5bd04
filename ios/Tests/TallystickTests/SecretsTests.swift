import Foundation
import Tallystick
import Testing

struct SecretsTests {
    private static let passphrase = "correct horse battery"

    private let folder: TemporaryFolder
    private var wallet: String { folder.url.appendingPathComponent("wallet").path }
    private var store: String { folder.url.appendingPathComponent("secrets").path }

    init() throws { folder = try TemporaryFolder() }

    private func shown(_ values: Any...) -> String {
        values.map { value in
            var dumped = ""
            dump(value, to: &dumped)
            let children = Mirror(reflecting: value).children.map { "\($0)" }
            return "\(value) \(String(reflecting: value)) \(dumped) \(children)"
        }.joined(separator: " ")
    }

    @Test func noObjectShowsASecretAsText() async throws {
        let secrets = try await createPassphraseStore(file: store, passphrase: Self.passphrase)
        let made = try await createWallet(settings: WalletSettings(folder: wallet), secrets: secrets)
        let words = made.phrase.reveal()
        let phrase = try RecoveryPhrase.parse(text: words.joined(separator: " "))
        let text = shown(made, made.phrase, phrase, made.wallet, made.wallet.owner(), secrets)
        for (one, next) in zip(words, words.dropFirst()) {
            let together = try Regex("\\b\(one)\\W+\(next)\\b")
            #expect(!text.contains(together), "\(text)")
        }
        #expect(!text.contains(Self.passphrase) && !text.contains("handle"), "\(text)")
        try await made.wallet.shutDown()
    }

    @Test func noErrorRepeatsASecret() async throws {
        _ = try await createPassphraseStore(file: store, passphrase: Self.passphrase)
        let typed = String(repeating: "\(Self.passphrase) ", count: 24)
        var errors: [WalletError] = []
        do {
            _ = try await openPassphraseStore(file: store, passphrase: "\(Self.passphrase)!")
        } catch let error as WalletError { errors.append(error) }
        do { _ = try RecoveryPhrase.parse(text: typed) } catch let error as WalletError { errors.append(error) }
        #expect(errors.map(\.code).first == "authentication_failed" && errors.count == 2)
        for error in errors {
            #expect(!"\(shown(error)) \(error.localizedDescription)".contains(Self.passphrase))
        }
    }

    /// Another process opens the wallet; its store of secrets is Rust's own, so no copy in a Swift array confuses the search.
    /// This one knows the keys, and looks for them there.
    @Test func noByteOfAKeyIsInMemoryAfterLocking() async throws {
        let secrets = WatchedSecretStore(try await createPassphraseStore(file: store, passphrase: Self.passphrase))
        let made = try await createWallet(settings: WalletSettings(folder: wallet), secrets: secrets)
        try await made.wallet.shutDown()
        let dataKey = try #require(secrets.seen.count == 1 ? secrets.seen.first : nil)
        let keys = Keys.ofPhrase(made.phrase.reveal()).merging(Keys.ofDataKey(dataKey)) { one, _ in one }

        let other = try otherProcess("lock", store, Self.passphrase, wallet)
        #expect(await other.line() == "unlocked")
        let before = try Memory(of: other.id).holds(keys)
        try other.tell("lock")
        #expect(await other.line() == "locked")
        let after = try Memory(of: other.id).holds(keys)
        #expect(other.end() == 0)
        // Were they not to be found in an open wallet, the search would prove nothing.
        #expect(before.isSuperset(of: ["wallet seed", "sealing"]), "found before locking: \(before)")
        #expect(after.isEmpty, "found after locking: \(after)")
    }
}

/// The memory of another process that can be written.
private struct Memory {
    private static let piece = 1 << 20
    /// Pieces overlap by this, so that nothing hides on a border.
    private static let overlap = 256

    private let process: Int32

    init(of process: Int32) { self.process = process }

    /// The names of those byte sequences that are found anywhere.
    func holds(_ wanted: [String: Data]) throws -> Set<String> {
        let memory = open("/proc/\(process)/mem", O_RDONLY)
        guard memory >= 0 else { throw Complaint("its memory cannot be read: \(errno)") }
        defer { close(memory) }
        var found: Set<String> = []
        var bytes = Data(count: Self.piece)
        for area in try areas() {
            var start = area.lowerBound
            while start < area.upperBound {
                let length = min(Self.piece, Int(area.upperBound - start))
                // Some areas cannot be read: those that the kernel shares, and those that were freed meanwhile.
                let read = bytes.withUnsafeMutableBytes { pread(memory, $0.baseAddress, length, off_t(start)) }
                if read <= 0 { break }
                for (name, key) in wanted where bytes.range(of: key, in: 0..<read) != nil { found.insert(name) }
                start += UInt64(read == Self.piece ? read - Self.overlap : read)
            }
        }
        return found
    }

    private func areas() throws -> [Range<UInt64>] {
        try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 1, fields[1].hasPrefix("rw") else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            return ends.count == 2 ? ends[0]..<ends[1] : nil
        }
    }
}

/// The keys of a wallet, as `docs/protocol.md` has them in section 2.
private enum Keys {
    /// What follows from the phrase.
    static func ofPhrase(_ words: [String]) -> [String: Data] {
        let phrase = Data(words.joined(separator: " ").utf8)
        let seed = SHA2.pbkdf2SHA512(password: phrase, salt: Data("mnemonic".utf8), rounds: 2048)
        let walletSeed = derived(seed, "tallystick-1", "wallet\0\0\0\0")
        return [
            "phrase's seed": seed,
            "wallet seed": walletSeed,
            "device key": derived(walletSeed, "tallystick-1", "device"),
            "list key": derived(walletSeed, "tallystick-1", "list"),
        ]
    }

    /// What follows from the one secret that the platform seals, with which the wallet's file is encrypted.
    static func ofDataKey(_ dataKey: Data) -> [String: Data] {
        let names = ["seal": "sealing", "index": "index", "search": "search"]
        return names.reduce(into: ["data key": dataKey]) { keys, name in
            keys[name.value] = derived(dataKey, "tallystick-store-1", name.key)
        }
    }

    /// HKDF-SHA256 (RFC 5869), its first 32 bytes.
    private static func derived(_ material: Data, _ salt: String, _ purpose: String) -> Data {
        let extracted = SHA2.hmacSHA256(key: Data(salt.utf8), material)
        return SHA2.hmacSHA256(key: extracted, Data(purpose.utf8) + [1])
    }
}
