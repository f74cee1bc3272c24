/// How many bytes of tensors a file may ask for, so that memory stays linear in its size.
///
/// Tensors may share bytes (tied weights) or repeat them (expanded ones), but few do: what comes to many times the file's size is damage
/// or an attack.
struct TensorBudget {
    private var left: Int

    /// - Parameter fileLength: in bytes.
    init(fileLength: Int) {
        left = 16 << 20
        add(fileLength: fileLength)
    }

    /// Counts a further file in.
    mutating func add(fileLength: Int) {
        let (times, overflow) = fileLength.multipliedReportingOverflow(by: 8)
        left = overflow || times > (Int.max >> 1) - left ? Int.max >> 1 : left + times
    }

    /// Counts a tensor, before memory is taken for it.
    ///
    /// - Throws: `FileProblem` where the file has asked for too much.
    mutating func take(_ byteCount: Int) throws {
        guard byteCount <= left else { throw FileProblem("its tensors take over eight times its own size") }
        left -= byteCount
    }
}
