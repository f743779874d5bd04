// What stands in a log line, an assertion, a debugger's view: none of it may lead to a secret. The generated objects hold
// nothing but a handle; that stays so in what they show, also for `dump` and whatever else looks by `Mirror`.

extension RecoveryPhrase: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// That it is a phrase, and none of its words.
    public var description: String { "RecoveryPhrase(24 words)" }
    /// That it is a phrase, and none of its words.
    public var debugDescription: String { description }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Wallet: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// That it is a wallet, and nothing of what it holds.
    public var description: String { "Wallet" }
    /// That it is a wallet, and nothing of what it holds.
    public var debugDescription: String { description }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Owner: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// That it is a wallet's owner side, and nothing of what it holds.
    public var description: String { "Owner" }
    /// That it is a wallet's owner side, and nothing of what it holds.
    public var debugDescription: String { description }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension SecretStoreImpl: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// That it is a store of secrets.
    public var description: String { "SecretStore" }
    /// That it is a store of secrets.
    public var debugDescription: String { description }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
