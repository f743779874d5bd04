#if canImport(AVFoundation) && canImport(CoreVideo) && (os(iOS) || os(macOS))
@preconcurrency import AVFoundation
import CoreVideo

/// Finds codes with the camera. Frames are looked at on a queue of its own, one at a time; those that come meanwhile are
/// dropped. Nothing is kept of them, and nothing leaves the phone.
///
/// ```swift
/// let scanner = try await CodeScanner.start()
/// for await scanned in scanner.codes { … }      // each code once, until `forget()`
/// scanner.stop()
/// ```
///
/// The app's `Info.plist` must say why it wants the camera (`NSCameraUsageDescription`), or the system ends the app.
public final class CodeScanner: NSObject, @unchecked Sendable {
    /// Why there is no picture.
    public enum Failure: Error, Hashable, Sendable {
        /// The person has not allowed the camera, or something forbids it: show the way to the settings.
        case notAllowed
        /// This machine has no camera that can be used now.
        case noCamera
    }

    /// What was found, as `scan` tells it, each code once. A code that holds no text is left out. Ends with `stop`. For one
    /// reader: a second one would get what the first does not.
    public let codes: AsyncStream<Scanned>

    /// For a preview; see `CodeScannerView`.
    public let session = AVCaptureSession()

    private let found: AsyncStream<Scanned>.Continuation
    private let reader = LiveReader()
    /// Starting and stopping block, and frames take milliseconds: none of that on the main thread.
    private let queue = DispatchQueue(label: "org.tallystick.camera", qos: .userInitiated)

    /// Asks for the camera if need be, and begins to look.
    public static func start() async throws -> CodeScanner {
        guard await AVCaptureDevice.requestAccess(for: .video) else { throw Failure.notAllowed }
        let scanner = CodeScanner()
        try await scanner.begin()
        return scanner
    }

    override private init() {
        (codes, found) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(8))
        super.init()
    }

    deinit {
        found.finish()
        session.stopRunning()
    }

    /// Puts the camera out and ends `codes`. For good: start another scanner to look again.
    public func stop() {
        found.finish()
        queue.async { self.session.stopRunning() }
    }

    /// Tells codes in view again: call it when the app is ready for the same code once more.
    public func forget() {
        reader.forget()
    }

    private func begin() async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            queue.async { continuation.resume(with: Result { try self.connect() }) }
        }
    }

    private func connect() throws {
        guard let camera = AVCaptureDevice.default(for: .video), let input = try? AVCaptureDeviceInput(device: camera)
        else { throw Failure.noCamera }
        let output = AVCaptureVideoDataOutput()
        output.alwaysDiscardsLateVideoFrames = true
        // Begins with the plane of brightness, which is all that a code needs.
        let format = kCVPixelFormatType_420YpCbCr8BiPlanarFullRange
        output.videoSettings = [kCVPixelBufferPixelFormatTypeKey as String: format]
        output.setSampleBufferDelegate(self, queue: queue)
        session.beginConfiguration()
        // Codes of our size are read well from this, and more points only take longer.
        if session.canSetSessionPreset(.hd1280x720) { session.sessionPreset = .hd1280x720 }
        let fits = session.canAddInput(input) && session.canAddOutput(output)
        if fits {
            session.addInput(input)
            session.addOutput(output)
        }
        session.commitConfiguration()
        guard fits else { throw Failure.noCamera }
        session.startRunning()
    }
}

extension CodeScanner: AVCaptureVideoDataOutputSampleBufferDelegate {
    /// Looks at a frame. For the camera, not for apps.
    public func captureOutput(
        _ output: AVCaptureOutput,
        didOutput sampleBuffer: CMSampleBuffer,
        from connection: AVCaptureConnection
    ) {
        // A frame that cannot be read says nothing about the next one.
        guard let frame = CMSampleBufferGetImageBuffer(sampleBuffer), let reading = try? reader.read(frame) else { return }
        for text in reading.fresh.compactMap(\.text) { found.yield(scan(text: text)) }
    }
}
#endif
