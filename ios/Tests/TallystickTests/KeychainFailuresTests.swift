import Testing

@testable import Tallystick

struct KeychainFailuresTests {
    @Test func whatTheKeychainSaysIsToldAsWhatItMeans() {
        let known: [(String, Int, SecretStoreError)] = [
            ("NSOSStatusErrorDomain", -128, .UserCancelled),
            ("com.apple.LocalAuthentication", -2, .UserCancelled),
            ("NSOSStatusErrorDomain", -25293, .AuthenticationFailed),
            ("com.apple.LocalAuthentication", -8, .AuthenticationFailed),
            ("NSOSStatusErrorDomain", -25308, .Unavailable),
            ("com.apple.LocalAuthentication", -5, .Unavailable),
            ("NSOSStatusErrorDomain", -25300, .KeyInvalidated),
            ("com.apple.LocalAuthentication", -7, .KeyInvalidated),
            ("NSOSStatusErrorDomain", -26275, .Corrupt),
        ]
        for (domain, code, meaning) in known {
            #expect(SecretStoreError.ofKeychain(domain: domain, code: code) == meaning, "\(domain) \(code)")
        }
        // The same number means something else elsewhere.
        #expect(SecretStoreError.ofKeychain(domain: "NSOSStatusErrorDomain", code: -2) == .Other(reason: "NSOSStatusErrorDomain -2"))
    }
}
