/// What is wrong with the contents of a file; whoever knows its name and kind makes an `InterchangeError` of it.
struct FileProblem: Error {
    let text: String

    init(_ text: String) { self.text = text }

    /// The message for the user.
    ///
    /// - Parameters:
    ///   - name: the file's.
    ///   - kind: what it should be: "PyTorch file".
    func error(name: String, kind: String) -> InterchangeError {
        InterchangeError("\(name) is no valid \(kind): \(text); copy or export it again")
    }
}

/// What a file asks for that this program does not do. The file may be valid: copying it again would not help.
struct UnsupportedProblem: Error {
    /// What it is, and what to do.
    let text: String

    init(_ text: String) { self.text = text }

    /// The message for the user.
    func error(name: String) -> InterchangeError {
        InterchangeError("\(name) may be valid, but is not supported: \(text)")
    }
}
