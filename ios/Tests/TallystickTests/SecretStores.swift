import Foundation
import Tallystick

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
