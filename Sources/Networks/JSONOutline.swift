import Foundation

/// What a JSON text says beyond what decoders pass on: names that an object has twice, where the numbers stand that are not whole, and
/// words that JSON does not know.
///
/// It reads any bytes to their end, and finds what a text of JSON would hold.
struct JSONOutline {
    /// A number that is no whole number of 64 bits.
    struct Number {
        /// Such as `nodes[3].epsilon`.
        let place: String
        let range: Range<Int>
    }

    /// In the order of the text.
    private(set) var numbers: [Number] = []
    /// The first name that an object has a second time, and which object that is.
    private(set) var repeated: (name: String, place: String)?

    /// The first word that is none of JSON's, such as the `NaN` and `Infinity` that Python writes, and where it stands.
    private(set) var foreignWord: (text: String, place: String)?

    private var frames: [Frame] = []

    /// An object or an array that is being read.
    private struct Frame {
        let isObject: Bool
        var names: Set<String> = []
        var name = ""
        var isBeforeName = true
        var index = 0
    }

    init(_ bytes: [UInt8]) {
        var position = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                frames.append(Frame(isObject: bytes[position] == UInt8(ascii: "{")))
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = frames.popLast()
            case UInt8(ascii: ","): passComma()
            case UInt8(ascii: "\""):
                let end = Self.endOfText(bytes, from: position)
                if frames.last?.isObject == true, frames.last?.isBeforeName == true {
                    enter(Self.text(bytes[position..<end]))
                }
                position = end - 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                let end = bytes[position...].firstIndex { !Self.isOfNumber($0) } ?? bytes.count
                if end < bytes.count, Self.isLetter(bytes[end]) {
                    position = passWord(bytes, from: position) - 1
                } else if Int(String(decoding: bytes[position..<end], as: UTF8.self)) == nil {
                    numbers.append(Number(place: place(of: frames), range: position..<end))
                }
                position = max(position, end - 1)
            case let byte where Self.isLetter(byte): position = passWord(bytes, from: position) - 1
            default: break
            }
            position += 1
        }
    }

    /// The place behind a word.
    private mutating func passWord(_ bytes: [UInt8], from start: Int) -> Int {
        let end = bytes[start...].firstIndex { !Self.isOfNumber($0) && !Self.isLetter($0) } ?? bytes.count
        let word = String(decoding: bytes[start..<end], as: UTF8.self)
        if foreignWord == nil, !["true", "false", "null"].contains(word) { foreignWord = (word, place(of: frames)) }
        return end
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    private mutating func passComma() {
        guard !frames.isEmpty else { return }
        frames[frames.count - 1].index += 1
        frames[frames.count - 1].isBeforeName = true
    }

    private mutating func enter(_ name: String) {
        let last = frames.count - 1
        if !frames[last].names.insert(name).inserted, repeated == nil {
            repeated = (name, place(of: frames.dropLast()))
        }
        frames[last].name = name
        frames[last].isBeforeName = false
    }

    /// Where the value is that comes next; the innermost levels where there are many.
    private func place(of frames: some BidirectionalCollection<Frame>) -> String {
        let text = frames.suffix(8).map { $0.isObject ? ".\($0.name.shortened)" : "[\($0.index)]" }.joined()
        return text.hasPrefix(".") ? String(text.dropFirst()) : text
    }

    private static func isOfNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    /// The place behind the closing quote of the text that begins at `start`.
    private static func endOfText(_ bytes: [UInt8], from start: Int) -> Int {
        var position = start + 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(position + 1, bytes.count)
    }

    /// A text with its quotes, read; as it stands where it is none.
    private static func text(_ quoted: ArraySlice<UInt8>) -> String {
        guard quoted.contains(UInt8(ascii: "\\")) else {
            return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
        }
        let list = Data([UInt8(ascii: "[")] + quoted + [UInt8(ascii: "]")])
        return (try? JSONDecoder().decode([String].self, from: list))?.first ?? String(decoding: quoted, as: UTF8.self)
    }
}
