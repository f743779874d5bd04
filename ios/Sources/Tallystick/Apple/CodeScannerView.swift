#if canImport(AVFoundation) && canImport(UIKit) && os(iOS)
import AVFoundation
import UIKit

/// Shows what the camera of a scanner sees, filled to its bounds.
@MainActor
public final class CodeScannerView: UIView {
    /// The scanner whose picture is shown.
    public var scanner: CodeScanner? {
        didSet { preview.session = scanner?.session }
    }

    /// A view whose layer is the camera's picture.
    override public class var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }

    /// A view of this size, without a picture yet.
    override public init(frame: CGRect) {
        super.init(frame: frame)
        prepare()
    }

    /// A view from a storyboard, without a picture yet.
    public required init?(coder: NSCoder) {
        super.init(coder: coder)
        prepare()
    }

    // Never another class: see `layerClass`.
    private var preview: AVCaptureVideoPreviewLayer { layer as! AVCaptureVideoPreviewLayer }

    private func prepare() {
        backgroundColor = .black
        preview.videoGravity = .resizeAspectFill
        isAccessibilityElement = true
        accessibilityTraits = .image
    }
}
#endif
