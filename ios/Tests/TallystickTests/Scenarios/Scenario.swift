import Foundation
import Tallystick

/// A scenario under way: the town, the phones, and what was kept of earlier steps.
final class Scenario {
    private let folder: URL
    private let town: Town
    private var phones: [String: Phone] = [:]
    private var saved: [String: JSON] = [:]

    init(folder: URL) throws {
        self.folder = folder
        town = try Town()
    }

    /// Takes a step, and fails unless it gives what it should.
    func take(_ written: JSON) async throws {
        let step = try filled(written)
        let given: JSON
        do {
            given = try await outcome(step)
        } catch let error as WalletError {
            guard step["error"] != .null else { throw Complaint("it failed: \(error) (\(error.code))\nstep: \(step)") }
            try hold(step["error"], told(error), step)
            return
        }
        guard step["error"] == .null else { throw Complaint("it should have failed\nstep: \(step)\ngiven: \(given)") }
        if step["expect"] != .null { try hold(step["expect"], given, step) }
        try save(step, given)
    }

    /// Puts all phones away.
    func end() async throws {
        for phone in phones.values { try await phone.putAway() }
    }

    private func outcome(_ step: JSON) async throws -> JSON {
        if step["town"] != .null { return try town.tell(step["town"]) }
        guard let on = step["on"].text else { return try await withoutWallet(step) }
        if step["do"].text == "restore" {
            let phrase = try phones[step.must("phrase_of")]?.phrase() ?? { throw Complaint("no such phone") }()
            let phone = Phone(folder: folder.appendingPathComponent("\(on)-restored"))
            let report = try await phone.restore(phrase, step)
            phones[on] = phone
            return report
        }
        let phone = phones[on] ?? Phone(folder: folder.appendingPathComponent(on))
        phones[on] = phone
        return try await phone.take(step)
    }

    private func hold(_ expected: JSON, _ given: JSON, _ step: JSON) throws {
        if let wrong = difference(expected, given) { throw Complaint("\(wrong)\nstep: \(step)\ngiven: \(given)") }
    }

    private func told(_ error: WalletError) -> JSON {
        var told: [String: JSON] = ["kind": .text(variant(error)), "code": .text(error.code)]
        if case .InvalidInput(let field, _, _) = error { told["field"] = .text(field) }
        return .object(told)
    }

    /// The step with every `${name}` replaced by what was saved under that name.
    private func filled(_ step: JSON) throws -> JSON {
        switch step {
        case .object(let fields): .object(try fields.mapValues(filled))
        case .list(let list): .list(try list.map(filled))
        case .text(let text): try filled(text: text)
        default: step
        }
    }

    private func filled(text: String) throws -> JSON {
        var parts = text.components(separatedBy: "${")
        var filled = parts.removeFirst()
        for part in parts {
            guard let end = part.firstIndex(of: "}") else { throw Complaint("an open `${` in \(text)") }
            let name = String(part[..<end])
            guard let known = saved[name] else { throw Complaint("nothing was saved as `\(name)`") }
            if text == "${\(name)}" { return known }
            guard let known = known.text else { throw Complaint("`\(name)` is no text") }
            filled += known + part[part.index(after: end)...]
        }
        return .text(filled)
    }

    private func save(_ step: JSON, _ given: JSON) throws {
        guard case .object(let names) = step["save"] else { return }
        for (name, path) in names {
            let parts = (path.text ?? "").split(separator: ".").map(String.init)
            let value = parts.reduce(given) { value, part in
                guard let list = value.list else { return value[part] }
                return Int(part).flatMap { list.indices.contains($0) ? list[$0] : nil } ?? .null
            }
            guard value != .null else { throw Complaint("nothing to save as `\(name)` in \(given)") }
            saved[name] = value
        }
    }
}

/// Where what was given is not what is expected, if anywhere: the fields that are named must be as they are named, others
/// may be there.
func difference(_ expected: JSON, _ given: JSON, at place: String = "") -> String? {
    switch (expected, given) {
    case (.text("*"), _) where given != .null:
        nil
    case (.object(let fields), .object):
        fields.lazy.compactMap { difference($0.value, given[$0.key], at: "\(place).\($0.key)") }.first
    case (.list(let expected), .list(let given)) where expected.count == given.count:
        expected.indices.lazy.compactMap { difference(expected[$0], given[$0], at: "\(place)[\($0)]") }.first
    default:
        expected == given ? nil : "\(place): expected \(expected), given \(given)"
    }
}
