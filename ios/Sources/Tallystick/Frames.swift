import Foundation

extension LiveReader {
    /// Looks at the next frame of a camera: its brightness, one byte a point, row by row. The Y plane of a pixel buffer is
    /// looked at where it stands, without a copy.
    ///
    /// Call it on the camera's own queue: a frame takes a few milliseconds.
    ///
    /// - Parameter rowStride: The number of bytes from the start of a row to that of the next; the width if none is given.
    /// - Throws: `WalletError.InvalidInput` with the code `frame_shape` if bytes are missing.
    public func read(
        luma: UnsafeRawBufferPointer,
        width: Int,
        height: Int,
        rowStride: Int? = nil
    ) throws -> LiveReading {
        // More than the frame could hold is never handed over; what is missing is found where all shapes are checked.
        let (bytes, tooMany) = max(0, rowStride ?? width).multipliedReportingOverflow(by: max(0, height))
        let frame = tooMany || bytes > luma.count ? luma : UnsafeRawBufferPointer(rebasing: luma[..<bytes])
        guard let start = frame.baseAddress, frame.count <= Int(Int32.max) else {
            return try read(luma: Data(), width: side(width), height: side(height), rowStride: side(rowStride ?? width))
        }
        // It is only looked at while this call lasts.
        let seen = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: frame.count, deallocator: .none)
        return try read(luma: seen, width: side(width), height: side(height), rowStride: side(rowStride ?? width))
    }

    /// The same for a frame in a `Data`.
    public func read(luma: Data, width: Int, height: Int, rowStride: Int? = nil) throws -> LiveReading {
        try luma.withUnsafeBytes { try read(luma: $0, width: width, height: height, rowStride: rowStride) }
    }
}

/// No frame has negative sides; zero is refused where all shapes are checked.
private func side(_ length: Int) -> UInt32 {
    UInt32(clamping: length)
}
