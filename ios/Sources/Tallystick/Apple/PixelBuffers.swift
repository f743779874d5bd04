#if canImport(CoreVideo)
import CoreVideo

extension LiveReader {
    /// Looks at a frame of the camera where it stands, without a copy. Its format must begin with a plane of brightness: ask
    /// the camera for `kCVPixelFormatType_420YpCbCr8BiPlanarFullRange`.
    ///
    /// - Throws: `WalletError.InvalidInput` with the code `frame_format` for any other format.
    public func read(_ frame: CVPixelBuffer) throws -> LiveReading {
        let formats = [
            kCVPixelFormatType_420YpCbCr8BiPlanarFullRange,
            kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange,
            kCVPixelFormatType_420YpCbCr8Planar,
            kCVPixelFormatType_420YpCbCr8PlanarFullRange,
        ]
        guard formats.contains(CVPixelBufferGetPixelFormatType(frame)), CVPixelBufferGetPlaneCount(frame) > 0 else {
            let reason = "the frame does not begin with a plane of brightness"
            throw WalletError.InvalidInput(field: "frame", rule: "frame_format", reason: reason)
        }
        guard CVPixelBufferLockBaseAddress(frame, .readOnly) == kCVReturnSuccess else {
            throw WalletError.InvalidInput(field: "frame", rule: "frame_shape", reason: "the frame cannot be read")
        }
        defer { CVPixelBufferUnlockBaseAddress(frame, .readOnly) }
        let rowStride = CVPixelBufferGetBytesPerRowOfPlane(frame, 0)
        let height = CVPixelBufferGetHeightOfPlane(frame, 0)
        let luma = UnsafeRawBufferPointer(
            start: CVPixelBufferGetBaseAddressOfPlane(frame, 0),
            count: CVPixelBufferGetBaseAddressOfPlane(frame, 0) == nil ? 0 : rowStride * height
        )
        return try read(luma: luma, width: CVPixelBufferGetWidthOfPlane(frame, 0), height: height, rowStride: rowStride)
    }
}
#endif
