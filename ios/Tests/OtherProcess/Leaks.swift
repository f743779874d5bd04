import Foundation
import Synchronization
import Tallystick

/// Opens and closes wallets, and says how much more of everything there is afterwards, counted from outside, in what Linux
/// tells of a process: open files, threads, stores of secrets, bytes of memory.
func leaks(in folder: URL, wallets: Int) async throws {
    // The first ones start threads that stay, and fill what the allocator keeps.
    for _ in 0..<20 { try await once(in: folder) }
    let before = try Counts.now()
    for _ in 0..<wallets { try await once(in: folder) }
    // What was let go of by a thread of the SDK may be counted a moment later.
    for _ in 0..<100_000 where ReversingSecretStore.living.load(ordering: .sequentiallyConsistent) > before.stores {
        await Task.yield()
    }
    let after = try Counts.now()
    say("\(after.files - before.files) \(after.threads - before.threads) \(after.stores - before.stores) \(after.memory - before.memory)")
}

/// As an app uses a wallet: made, listened to by somebody who loses interest, paused, resumed, shut down.
private func once(in folder: URL) async throws {
    let place = folder.appendingPathComponent(UUID().uuidString)
    let settings = WalletSettings(folder: place.path)
    try await createWallet(settings: settings, secrets: ReversingSecretStore()).wallet.session { wallet in
        let reader = Task { for try await _ in wallet.events() {} }
        await Task.yield()
        reader.cancel()
        _ = await reader.result
        try await wallet.pause()
        try await wallet.resume()
    }
    try FileManager.default.removeItem(at: place)
}

private struct Counts {
    let files: Int
    let threads: Int
    let stores: Int
    let memory: Int

    static func now() throws -> Counts {
        let entries = { (what: String) in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/\(what)").count }
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return Counts(
            files: try entries("fd"),
            threads: try entries("task"),
            stores: ReversingSecretStore.living.load(ordering: .sequentiallyConsistent),
            // The second is what is resident.
            memory: Int(pages[1])! * Int(sysconf(Int32(_SC_PAGESIZE)))
        )
    }
}

/// Keeps no secret at all; knows how many of its kind there are.
final class ReversingSecretStore: SecretStore {
    static let living = Atomic(0)

    init() { Self.living.add(1, ordering: .sequentiallyConsistent) }

    deinit { Self.living.subtract(1, ordering: .sequentiallyConsistent) }

    func seal(name: String, secret: Data) throws -> Data { Data(secret.reversed()) }
    func unseal(name: String, sealed: Data) throws -> Data { Data(sealed.reversed()) }
    func delete(name: String) throws {}
}
