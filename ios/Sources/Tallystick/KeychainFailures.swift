extension SecretStoreError {
    /// What a failure of Apple's keychain means, by the domain and code of its error. (`Security` and
    /// `LocalAuthentication` document the numbers; they are written out so that this can be tested anywhere.)
    static func ofKeychain(domain: String, code: Int) -> SecretStoreError {
        switch (domain, code) {
        // errSecUserCanceled; LAError.userCancel, .userFallback, .systemCancel, .appCancel
        case ("NSOSStatusErrorDomain", -128), ("com.apple.LocalAuthentication", -2), ("com.apple.LocalAuthentication", -3),
            ("com.apple.LocalAuthentication", -4), ("com.apple.LocalAuthentication", -9):
            .UserCancelled
        // errSecAuthFailed; LAError.authenticationFailed, .biometryLockout
        case ("NSOSStatusErrorDomain", -25293), ("com.apple.LocalAuthentication", -1), ("com.apple.LocalAuthentication", -8):
            .AuthenticationFailed
        // errSecInteractionNotAllowed (locked), errSecNotAvailable, errSecInteractionRequired; LAError.passcodeNotSet,
        // .biometryNotAvailable, .notInteractive
        case ("NSOSStatusErrorDomain", -25308), ("NSOSStatusErrorDomain", -25291), ("NSOSStatusErrorDomain", -25315),
            ("com.apple.LocalAuthentication", -5), ("com.apple.LocalAuthentication", -6),
            ("com.apple.LocalAuthentication", -1004):
            .Unavailable
        // errSecItemNotFound, errSecInvalidKeyRef; LAError.biometryNotEnrolled: with the faces or fingers the key went
        case ("NSOSStatusErrorDomain", -25300), ("NSOSStatusErrorDomain", -67712), ("com.apple.LocalAuthentication", -7):
            .KeyInvalidated
        // errSecParam, errSecDecode: what was to be opened is not what was sealed
        case ("NSOSStatusErrorDomain", -50), ("NSOSStatusErrorDomain", -26275):
            .Corrupt
        default:
            .Other(reason: "\(domain) \(code)")
        }
    }
}
