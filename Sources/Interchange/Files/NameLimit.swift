/// How long names of tensors may be: every name is looked up and compared many times, and a file of half a megabyte can use one of a
/// megabyte a hundred thousand times.
enum NameLimit {
    /// In bytes. The longest names of published state dicts have some two hundred, and a node here may have 1024.
    static let longest = 2048

    /// Refuses a longer name. The formats allow it.
    ///
    /// - Throws: `UnsupportedProblem`.
    static func check(_ name: String) throws {
        guard name.utf8.count <= longest else {
            throw UnsupportedProblem(
                "its tensor \(name.quoted) has a name of \(name.utf8.count) bytes, and up to \(longest) are read: rename it"
            )
        }
    }
}
