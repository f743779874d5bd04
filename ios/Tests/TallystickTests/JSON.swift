import Foundation

/// Values as scenarios have them. Every number in them is whole.
enum JSON: Hashable, Sendable {
    case null
    case yes(Bool)
    case number(Int64)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    static func parse(_ data: Data) throws -> JSON { try JSONDecoder().decode(JSON.self, from: data) }

    subscript(name: String) -> JSON {
        if case .object(let fields) = self { fields[name] ?? .null } else { .null }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }

    var number: Int64? { if case .number(let number) = self { number } else { nil } }

    var list: [JSON]? { if case .list(let list) = self { list } else { nil } }

    var isYes: Bool { self == .yes(true) }

    func must(_ name: String) throws -> String {
        guard let text = self[name].text else { throw Complaint("no `\(name)` in \(self)") }
        return text
    }
}

extension JSON: Codable {
    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let yes = try? value.decode(Bool.self) {
            self = .yes(yes)
        } else if let number = try? value.decode(Int64.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .yes(let yes): try value.encode(yes)
        case .number(let number): try value.encode(number)
        case .text(let text): try value.encode(text)
        case .list(let list): try value.encode(list)
        case .object(let fields): try value.encode(fields)
        }
    }
}

extension JSON: CustomStringConvertible {
    var description: String {
        let coder = JSONEncoder()
        coder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? coder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "?"
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral
{
    init(stringLiteral text: String) { self = .text(text) }
    init(dictionaryLiteral fields: (String, JSON)...) { self = .object(Dictionary(uniqueKeysWithValues: fields)) }
    init(booleanLiteral yes: Bool) { self = .yes(yes) }
    init(integerLiteral number: Int64) { self = .number(number) }
    init(arrayLiteral list: JSON...) { self = .list(list) }
    init(_ text: String?) { self = text.map(JSON.text) ?? .null }
    init(_ number: some BinaryInteger) { self = .number(Int64(number)) }
    init(_ texts: [String]) { self = .list(texts.map(JSON.text)) }
}

/// What is wrong, in words.
struct Complaint: Error, CustomStringConvertible {
    let description: String

    init(_ words: String) { description = words }
}
