extension CodeModules {
    /// The light modules that a code needs on each side, or readers do not find it (ISO/IEC 18004).
    public static let quietZone = 4

    /// Whether a module of the code is dark, for an app that draws by itself. Rows count from the top, columns from the
    /// left, both from 0; outside, in the quiet zone too, all is light.
    public func isDark(row: Int, column: Int) -> Bool {
        let side = Int(width)
        guard (0..<side).contains(row), (0..<side).contains(column) else { return false }
        let byte = rows[rows.startIndex + row * ((side + 7) / 8) + column / 8]
        return byte >> (7 - column % 8) & 1 == 1
    }
}
