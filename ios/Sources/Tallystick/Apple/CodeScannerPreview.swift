#if canImport(SwiftUI) && canImport(UIKit) && canImport(AVFoundation) && os(iOS)
import SwiftUI

/// Looks for codes while it is on the screen, and shows what the camera sees.
///
/// ```swift
/// CodeScannerPreview { scanned in self.scanned = scanned } onFailure: { failure in self.failure = failure }
/// ```
public struct CodeScannerPreview: View {
    private let onCode: @MainActor (Scanned) -> Void
    private let onFailure: @MainActor (any Error) -> Void
    @State private var scanner: CodeScanner?

    /// - Parameters:
    ///   - onCode: Called with every code that is found, each once.
    ///   - onFailure: Called if there is no picture, with `CodeScanner.Failure`.
    public init(
        onCode: @escaping @MainActor (Scanned) -> Void,
        onFailure: @escaping @MainActor (any Error) -> Void = { _ in }
    ) {
        self.onCode = onCode
        self.onFailure = onFailure
    }

    /// The picture, and the looking, which ends with it.
    public var body: some View {
        Picture(scanner: scanner).task { await look() }
    }

    @MainActor
    private func look() async {
        do {
            let scanner = try await CodeScanner.start()
            defer {
                scanner.stop()
                self.scanner = nil
            }
            self.scanner = scanner
            for await scanned in scanner.codes { onCode(scanned) }
        } catch {
            onFailure(error)
        }
    }

    private struct Picture: UIViewRepresentable {
        let scanner: CodeScanner?

        func makeUIView(context: Context) -> CodeScannerView { CodeScannerView() }

        func updateUIView(_ view: CodeScannerView, context: Context) { view.scanner = scanner }
    }
}
#endif
