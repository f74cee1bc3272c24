import ArgumentParser

/// Numbers of work on the command line: `30M` is thirty million.
package enum WorkAmount {
    package static func count(_ text: String, of what: String) throws -> Int {
        let factors: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9]
        let factor = text.uppercased().last.flatMap { factors[$0] }
        guard let number = Double(factor == nil ? text : String(text.dropLast())), number > 0,
            number * (factor ?? 1) < 9e18
        else { throw ValidationError("\(text) is no number of \(what): write for example 30M") }
        return Int(number * (factor ?? 1))
    }
}
