import Foundation

extension WalletProtocol {
    /// Writes the whole history into a file in UTF-8, newest first, a few hundred payments at a time, and gives their
    /// number. Leaves the file open. Needs no network.
    ///
    /// - Parameter issuer: Only this issuer's money; all if there is none.
    /// - Throws: `WalletError`, or what the file says; what was written stays written.
    @discardableResult
    public func exportHistory(to file: FileHandle, format: ExportFormat, issuer: IssuerId? = nil) async throws -> Int64 {
        try await exportParts(format, issuer) { part in try file.write(contentsOf: Data(part.utf8)) }
    }

    /// The whole history as text: for a share sheet or a clipboard. For a long one a file is better.
    ///
    /// - Parameter issuer: Only this issuer's money; all if there is none.
    public func exportedHistory(format: ExportFormat, issuer: IssuerId? = nil) async throws -> String {
        var text = ""
        _ = try await exportParts(format, issuer) { part in text += part }
        return text
    }

    private func exportParts(
        _ format: ExportFormat,
        _ issuer: IssuerId?,
        _ write: (String) throws -> Void
    ) async throws -> Int64 {
        var payments: Int64 = 0
        var after: String?
        repeat {
            let part = try await exportChunk(query: ExportQuery(format: format, issuer: issuer, after: after))
            try write(part.text)
            payments += part.payments
            after = part.next
        } while after != nil
        return payments
    }
}
