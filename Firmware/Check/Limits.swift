import Foundation

/// What a network took on a core when somebody last looked: lines `NETWORK CORE INSTRUCTIONS ESTIMATED-CYCLES ARENA FLASH STACK`.
struct Limits {
    /// What a network takes on a core.
    struct Figures: Equatable {
        let instructions: Int
        /// By the core's table of timings: an estimate.
        let estimatedCycles: Int
        let arena: Int
        let flash: Int
        let stack: Int

        var all: [(name: String, value: Int)] {
            [
                ("instructions", instructions), ("estimated cycles", estimatedCycles), ("arena", arena),
                ("flash", flash), ("stack", stack),
            ]
        }
    }

    private let path: String
    private let known: [String: Figures]
    private let isUpdate: Bool
    private var seen: [(key: String, figures: Figures)] = []

    /// - Parameter isUpdate: whether the file is written anew: what it says, in whatever form, is then left aside.
    init(_ path: String, isUpdate: Bool) throws {
        self.path = path
        self.isUpdate = isUpdate
        var known: [String: Figures] = [:]
        let data = isUpdate ? nil : FileManager.default.contents(atPath: path)
        let text = String(decoding: data ?? Data(), as: UTF8.self)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            let numbers = words.dropFirst(2).compactMap { Int($0) }
            guard words.count == 7, numbers.count == 5 else {
                throw CheckError("\(path): cannot read \"\(line)\": run firmware-check with --update")
            }
            known["\(words[0]) \(words[1])"] = Figures(
                instructions: numbers[0], estimatedCycles: numbers[1], arena: numbers[2], flash: numbers[3],
                stack: numbers[4])
        }
        self.known = known
    }

    /// Notes figures; says what has grown by more than 3 %.
    mutating func check(_ network: String, _ core: String, _ figures: Figures) -> [String] {
        let key = "\(network) \(core)"
        seen.append((key, figures))
        guard !isUpdate else { return [] }
        guard let known = known[key] else { return ["\(key) is missing in \(path): run firmware-check with --update"] }
        return zip(figures.all, known.all).compactMap { now, before in
            guard Double(now.value) > Double(before.value) * 1.03 else { return nil }
            return
                "\(network) on \(core) takes \(now.value) of \(now.name), over 3 % more than the \(before.value) of \(path)"
        }
    }

    /// Writes what was seen.
    func write() throws {
        let head =
            "# What whole networks with made-up numbers take; 3 % more fails. NETWORK CORE INSTRUCTIONS ESTIMATED-CYCLES ARENA FLASH STACK\n"
        let lines = seen.map { "\($0.key) " + $0.figures.all.map { "\($0.value)" }.joined(separator: " ") + "\n" }
        try Data((head + lines.joined()).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}

/// What went wrong, in a sentence.
struct CheckError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
