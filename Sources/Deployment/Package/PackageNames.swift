/// What a network is called in a device package: `sapool` gives the C functions `sapool_init` …, the header `sapool.h`, and the
/// modules `Sapool` (the generated code) and `SapoolData` (its weights and its memory).
struct PackageNames {
    /// Prefix of C functions.
    let c: String
    /// The Swift module, also the prefix of the others.
    let module: String

    /// - Throws: `DeploymentError` where the name is none in C.
    init(_ name: String) throws(DeploymentError) {
        let isName = name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
        guard isName, let first = name.utf8.first, (97...122).contains(first), name.utf8.count <= 32 else {
            throw DeploymentError(
                "\"\(name)\" names no C functions: use up to 32 small letters, digits and _, a letter first")
        }
        guard !["cdsp", "deviceruntime", "board", "swift"].contains(name) else {
            throw DeploymentError("\"\(name)\" is the name of a module of every package: use another one")
        }
        guard !Self.standardHeaders.contains(name) else {
            throw DeploymentError("\"\(name)\" is the name of a header of C: use another one")
        }
        c = name
        module = name.prefix(1).uppercased() + name.dropFirst()
    }

    /// A text that is the same for every network, with this one's names.
    func named(_ text: String) -> String { text.replacing("sapool", with: c).replacing("SAPOOL", with: constant) }

    // `#include <string.h>` would find the network's header.
    private static let standardHeaders: Set = [
        "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits", "locale", "math",
        "setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool", "stdckdint", "stdbit", "stddef", "stdint",
        "stdio", "stdlib", "stdnoreturn", "string", "tgmath", "threads", "time", "uchar", "wchar", "wctype",
        "arm_acle", "arm_mve",
    ]

    /// The C module of weights, memory and the header.
    var data: String { module + "Data" }
    /// The program that classifies images.
    var program: String { "Simulate" + module }
    /// Prefix of the header's constants.
    var constant: String { c.uppercased() }
}
