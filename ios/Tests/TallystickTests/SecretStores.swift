import Foundation
import Synchronization
import Tallystick

/// A folder of its own for each test, gone with it.
final class TemporaryFolder: Sendable {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }
}

/// Keeps no secret at all, which is enough to see that the wallet asks and takes what it gets.
final class OpenSecretStore: SecretStore {
    func seal(name: String, secret: Data) throws -> Data { Data(secret.reversed()) }
    func unseal(name: String, sealed: Data) throws -> Data { Data(sealed.reversed()) }
    func delete(name: String) throws {}
}

/// Seals, but fails at opening, as it is told to.
final class FailingSecretStore: SecretStore {
    let failure: any Error

    init(_ failure: any Error) { self.failure = failure }

    func seal(name: String, secret: Data) throws -> Data { Data(secret.reversed()) }
    func unseal(name: String, sealed: Data) throws -> Data { throw failure }
    func delete(name: String) throws {}
}

/// Waits at sealing until it is let go on, as a store does that asks its user.
final class AskingSecretStore: SecretStore {
    let asked = DispatchSemaphore(value: 0)
    let answered = DispatchSemaphore(value: 0)

    func seal(name: String, secret: Data) throws -> Data {
        asked.signal()
        answered.wait()
        return Data(secret.reversed())
    }

    func unseal(name: String, sealed: Data) throws -> Data { Data(sealed.reversed()) }
    func delete(name: String) throws {}

    /// Returns once it is asked, without a thread of Swift's small pool standing still for it.
    func isAsked() async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                self.asked.wait()
                continuation.resume()
            }
        }
    }
}

/// Passes everything on, and knows what was sealed.
final class WatchedSecretStore: SecretStore {
    private let inner: any SecretStore
    private let secrets = Mutex<[Data]>([])

    init(_ inner: any SecretStore) { self.inner = inner }

    var seen: [Data] { secrets.withLock { $0 } }

    func seal(name: String, secret: Data) throws -> Data {
        secrets.withLock { $0.append(secret) }
        return try inner.seal(name: name, secret: secret)
    }

    func unseal(name: String, sealed: Data) throws -> Data { try inner.unseal(name: name, sealed: sealed) }
    func delete(name: String) throws { try inner.delete(name: name) }
}

/// On which threads it was asked.
final class NamingSecretStore: SecretStore {
    private let names = Mutex<Set<String>>([])

    var threads: Set<String> { names.withLock { $0 } }

    private func note() {
        let name = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? "unknown"
        let text = name.trimmingCharacters(in: .newlines)
        names.withLock { _ = $0.insert(Thread.isMainThread ? "main" : text) }
    }

    func seal(name: String, secret: Data) throws -> Data {
        note()
        return Data(secret.reversed())
    }

    func unseal(name: String, sealed: Data) throws -> Data {
        note()
        return Data(sealed.reversed())
    }

    func delete(name: String) throws {}
}
