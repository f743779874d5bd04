#if canImport(Security) && canImport(LocalAuthentication)
import Foundation
import LocalAuthentication
import Security

/// Seals the wallet's secrets with a key that stays in the phone's Secure Enclave, or in the keychain where there is none
/// (old simulators, old Macs).
///
/// The key can be used only while the phone is unlocked, never leaves this device, and is in no backup: whoever restores a
/// phone restores the wallet from its phrase. Sealing never asks the person; opening does if `protection` says so.
///
/// **Threads.** The wallet calls it on a thread that may block, one call at a time, and not on the main thread. `unseal` may
/// show the system's prompt and waits for the answer; do not call it on the main thread yourself.
public final class KeychainSecretStore: SecretStore, Sendable {
    /// What the person must do before a secret is opened.
    public enum Protection: Hashable, Sendable {
        /// Nothing more than to unlock the phone.
        case deviceUnlocked
        /// Face ID, Touch ID, or the phone's passcode.
        case userPresence
        /// Face ID or Touch ID, with the faces and fingers that are enrolled now: if one is added or removed, the key is
        /// gone (`KeyInvalidated`), and the wallet comes back by its phrase alone.
        case currentBiometry
    }

    private let service: String
    private let protection: Protection
    private let reason: String
    private let accessGroup: String?

    /// - Parameters:
    ///   - service: Tells the keys of several wallets apart.
    ///   - protection: What the person must do. It counts for keys that are made from now on.
    ///   - reason: Why the prompt asks, in the person's language.
    ///   - accessGroup: A keychain group that the app shares with its extensions.
    public init(
        service: String = "org.tallystick.wallet",
        protection: Protection = .userPresence,
        reason: String = "Open your wallet",
        accessGroup: String? = nil
    ) {
        self.service = service
        self.protection = protection
        self.reason = reason
        self.accessGroup = accessGroup
    }

    /// Seals a secret with the key of this name, which is made if there is none.
    public func seal(name: String, secret: Data) throws -> Data {
        let key = try key(name, prompt: nil) ?? newKey(name)
        guard let locked = SecKeyCopyPublicKey(key) else { throw SecretStoreError.KeyInvalidated }
        return try crossing { SecKeyCreateEncryptedData(locked, Self.algorithm, secret as CFData, $0) }
    }

    /// Opens what `seal` gave for the same name, as soon as the person has done what the key asks for.
    public func unseal(name: String, sealed: Data) throws -> Data {
        let prompt = LAContext()
        prompt.localizedReason = reason
        guard let key = try key(name, prompt: prompt) else { throw SecretStoreError.KeyInvalidated }
        return try crossing { SecKeyCreateDecryptedData(key, Self.algorithm, sealed as CFData, $0) }
    }

    /// Removes the key of this name: what was sealed with it never opens again.
    public func delete(name: String) throws {
        let status = SecItemDelete(query(name) as CFDictionary)
        guard status == errSecSuccess || status == errSecItemNotFound else { throw Self.failure(status) }
    }

    /// ECIES over P-256 with AES-GCM and an IV of its own: the Secure Enclave opens it.
    private static let algorithm = SecKeyAlgorithm.eciesEncryptionCofactorVariableIVX963SHA256AESGCM

    private func query(_ name: String) -> [CFString: Any] {
        var query: [CFString: Any] = [
            kSecClass: kSecClassKey,
            kSecAttrKeyClass: kSecAttrKeyClassPrivate,
            kSecAttrApplicationTag: Data("\(service)/\(name)".utf8),
            // On a Mac too the keychain that iOS has, which knows of protection by presence.
            kSecUseDataProtectionKeychain: true,
        ]
        query[kSecAttrAccessGroup] = accessGroup
        return query
    }

    private func key(_ name: String, prompt: LAContext?) throws -> SecKey? {
        var query = query(name)
        query[kSecReturnRef] = true
        query[kSecUseAuthenticationContext] = prompt
        var item: CFTypeRef?
        switch SecItemCopyMatching(query as CFDictionary, &item) {
        case errSecSuccess: return item.map { $0 as! SecKey }
        case errSecItemNotFound: return nil
        case let status: throw Self.failure(status)
        }
    }

    private func newKey(_ name: String) throws -> SecKey {
        var flags: SecAccessControlCreateFlags = .privateKeyUsage
        switch protection {
        case .deviceUnlocked: break
        case .userPresence: flags.insert(.userPresence)
        case .currentBiometry: flags.insert(.biometryCurrentSet)
        }
        do {
            return try newKey(name, flags, inEnclave: true)
        } catch SecretStoreError.Other {
            // A machine without an enclave says so in many ways; what else is wrong is wrong without one too.
            return try newKey(name, flags.subtracting(.privateKeyUsage), inEnclave: false)
        }
    }

    private func newKey(_ name: String, _ flags: SecAccessControlCreateFlags, inEnclave: Bool) throws -> SecKey {
        let access: SecAccessControl = try crossing {
            SecAccessControlCreateWithFlags(nil, kSecAttrAccessibleWhenUnlockedThisDeviceOnly, flags, $0)
        }
        var kept: [CFString: Any] = [
            kSecAttrIsPermanent: true,
            kSecAttrApplicationTag: Data("\(service)/\(name)".utf8),
            kSecAttrAccessControl: access,
        ]
        kept[kSecAttrAccessGroup] = accessGroup
        var wanted: [CFString: Any] = [
            kSecAttrKeyType: kSecAttrKeyTypeECSECPrimeRandom,
            kSecAttrKeySizeInBits: 256,
            kSecUseDataProtectionKeychain: true,
            kSecPrivateKeyAttrs: kept,
        ]
        if inEnclave { wanted[kSecAttrTokenID] = kSecAttrTokenIDSecureEnclave }
        return try crossing { SecKeyCreateRandomKey(wanted as CFDictionary, $0) }
    }

    private func crossing<T>(_ call: (UnsafeMutablePointer<Unmanaged<CFError>?>) -> T?) throws -> T {
        var failure: Unmanaged<CFError>?
        if let outcome = call(&failure) { return outcome }
        guard let error = failure?.takeRetainedValue() else { throw SecretStoreError.Other(reason: "no reason was given") }
        throw SecretStoreError.ofKeychain(domain: CFErrorGetDomain(error) as String, code: CFErrorGetCode(error))
    }

    /// `crossing` for calls that give bytes.
    private func crossing(_ call: (UnsafeMutablePointer<Unmanaged<CFError>?>) -> CFData?) throws -> Data {
        let bytes: CFData = try crossing(call)
        return bytes as Data
    }

    private static func failure(_ status: OSStatus) -> SecretStoreError {
        .ofKeychain(domain: NSOSStatusErrorDomain, code: Int(status))
    }
}
#endif
