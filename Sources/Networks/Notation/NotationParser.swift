/// A name with arguments, `name(key=value, …)`: what the project's own notation is made of. A value is a word or another call.
struct NotationCall: Hashable {
    let name: String
    let arguments: [Argument]

    struct Argument: Hashable {
        let key: String
        let value: NotationCall
    }
}

/// Reads `name(key=value, key=name(key=value))`.
struct NotationParser {
    private let text: String
    private let characters: [Character]
    private var position = 0
    private var depth = 0

    /// Parses the whole of `text`.
    ///
    /// - Throws: `NetworkError` that says at which character the text goes wrong.
    static func parse(_ text: String) throws -> NotationCall {
        guard text.count <= 4096 else { throw NetworkError("the notation has over 4096 characters") }
        var parser = NotationParser(text: text, characters: Array(text))
        let call = try parser.call()
        parser.skipSpaces()
        guard parser.position == parser.characters.count else { throw parser.unexpected("the end") }
        return call
    }

    private init(text: String, characters: [Character]) {
        self.text = text
        self.characters = characters
    }

    private mutating func call() throws -> NotationCall {
        let name = try word()
        var arguments: [NotationCall.Argument] = []
        guard take("(") else { return NotationCall(name: name, arguments: []) }
        depth += 1
        defer { depth -= 1 }
        guard depth <= 16 else { throw NetworkError("\"\(text)\" has brackets over 16 deep") }
        if take(")") { return NotationCall(name: name, arguments: []) }
        repeat {
            let key = try word()
            guard take("=") else { throw unexpected("\"=\" behind \"\(key)\"") }
            guard !arguments.contains(where: { $0.key == key }) else {
                throw NetworkError("\"\(key)\" stands twice in \(name)(…) of \"\(text)\"")
            }
            arguments.append(NotationCall.Argument(key: key, value: try call()))
        } while take(",")
        guard take(")") else { throw unexpected("\",\" or \")\"") }
        return NotationCall(name: name, arguments: arguments)
    }

    private mutating func word() throws -> String {
        skipSpaces()
        let start = position
        while position < characters.count {
            let character = characters[position]
            guard character.isASCII, character.isLetter || character.isNumber || "-_.+".contains(character) else {
                break
            }
            position += 1
        }
        guard position > start else { throw unexpected("a name or a number") }
        return String(characters[start..<position])
    }

    private mutating func take(_ character: Character) -> Bool {
        skipSpaces()
        guard position < characters.count, characters[position] == character else { return false }
        position += 1
        return true
    }

    private mutating func skipSpaces() {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
    }

    private func unexpected(_ wanted: String) -> NetworkError {
        let found = position < characters.count ? "\"\(characters[position])\"" : "the end"
        return NetworkError("\"\(text)\": expected \(wanted) at character \(position + 1), found \(found)")
    }
}

/// The arguments of a call, read by key; what nobody has asked for is an error.
struct NotationOptions {
    private let call: NotationCall
    private var known: [String] = []

    init(_ call: NotationCall) { self.call = call }

    private mutating func value(_ key: String) -> NotationCall? {
        known.append(key)
        return call.arguments.first { $0.key == key }?.value
    }

    /// A nested call, where the key is given.
    mutating func call(_ key: String) -> NotationCall? { value(key) }

    private mutating func word(_ key: String) throws -> String? {
        guard let value = value(key) else { return nil }
        guard value.arguments.isEmpty else {
            throw NetworkError("\(key)=\(value.name)(…) in \(call.name): a plain value is wanted here")
        }
        return value.name
    }

    /// A whole number.
    mutating func integer(_ key: String, default fallback: Int) throws -> Int {
        guard let word = try word(key) else { return fallback }
        guard let number = Int(word) else { throw wrong(key, word, "use a whole number") }
        return number
    }

    /// A finite number.
    mutating func number(_ key: String, default fallback: Double) throws -> Double {
        guard let word = try word(key) else { return fallback }
        guard let number = Double(word), number.isFinite else { throw wrong(key, word, "use a number") }
        return number
    }

    /// `yes` or `no`.
    mutating func flag(_ key: String, default fallback: Bool) throws -> Bool {
        switch try word(key) {
        case nil: return fallback
        case "yes", "true": return true
        case "no", "false": return false
        case .some(let word): throw wrong(key, word, "use yes or no")
        }
    }

    /// One of a set of words.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default fallback: Choice
    ) throws -> Choice where Choice.RawValue == String {
        guard let word = try word(key) else { return fallback }
        guard let choice = Choice(rawValue: word) else {
            throw wrong(key, word, "use \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// Numbers with dashes between them, `16-32-64`.
    mutating func integers(_ key: String, default fallback: [Int]) throws -> [Int] {
        guard let word = try word(key) else { return fallback }
        let numbers = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        let whole = numbers.compactMap { $0 }
        guard whole.count == numbers.count else {
            throw wrong(key, word, "use whole numbers with dashes, such as 16-32-64")
        }
        return whole
    }

    /// Numbers with dashes between them, `0.1-0.35-0.9`.
    mutating func numbers(_ key: String, default fallback: [Double]) throws -> [Double] {
        guard let word = try word(key) else { return fallback }
        let numbers = word.split(separator: "-", omittingEmptySubsequences: false).map { Double($0) }
        let finite = numbers.compactMap { $0 }.filter(\.isFinite)
        guard finite.count == numbers.count else {
            throw wrong(key, word, "use numbers with dashes, such as 0.1-0.35-0.9")
        }
        return finite
    }

    /// Digits without anything between them, `1222121`, or numbers with dashes.
    mutating func digits(_ key: String, default fallback: [Int]) throws -> [Int] {
        guard let word = try word(key) else { return fallback }
        if word.contains("-") { return try integers(key, default: fallback) }
        let digits = word.compactMap { $0.isASCII ? $0.wholeNumberValue : nil }
        guard digits.count == word.count, !digits.contains(0) else {
            throw wrong(key, word, "use one digit of 1 to 9 a stage")
        }
        return digits
    }

    /// Refuses arguments that the others leave without an effect.
    mutating func refuse(_ keys: [String], because reason: String, unless other: String) throws {
        for key in keys where value(key) != nil {
            throw NetworkError("\(key) in \(call.name): \(reason): leave it out, or use \(other)")
        }
    }

    /// Refuses arguments that were never asked for.
    func finish() throws {
        for argument in call.arguments where !known.contains(argument.key) {
            let options = known.isEmpty ? "it has no options" : "known are \(known.joined(separator: ", "))"
            let question = Suggestion.question(for: argument.key, among: known)
            throw NetworkError("\(call.name) has no option \"\(argument.key)\"\(question): \(options)")
        }
    }

    private func wrong(_ key: String, _ word: String, _ advice: String) -> NetworkError {
        NetworkError("\(key)=\(word) in \(call.name): \(advice)")
    }
}
