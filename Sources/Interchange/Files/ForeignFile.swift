/// What a file is that was meant to be something else, told from its first bytes: what a download gave in place of the file, and forms of
/// other programs.
struct ForeignFile {
    /// What it is, and what to do.
    let text: String
    /// Whether the contents may be all right, only not in a form that is read.
    let isUnsupported: Bool

    /// How many bytes tell it.
    static let startLength = 512

    /// Nil where the bytes look like none of these.
    init?(start: [UInt8], length: Int) {
        // Any first bytes are the length of some safetensors header.
        if SafetensorsHeader.isBegun(start) { return nil }
        if length == 0 {
            self.init("it is empty: copy or export it again")
        } else if start.starts(with: Array("version https://git-lfs".utf8)) {
            self.init("it is a Git LFS pointer, a text in the file's place: fetch the file itself with git lfs pull")
        } else if let markup = Self.markup(start) {
            self.init("it is \(markup), not the file: download the file itself (a link that says raw or download)")
        } else if Self.isTar(start) {
            self.init(
                "it is a tar archive, the form of PyTorch's first versions: load it in Python with torch.load, and save it again with "
                    + "torch.save(model.state_dict(), PATH)", isUnsupported: true)
        } else if let (_, what) = Self.signatures.first(where: { start.starts(with: $0.bytes) }) {
            self.init("it is \(what)", isUnsupported: true)
        } else if start.count >= 12, start.starts(with: "RIFF".utf8), start[8..<12].elementsEqual("WEBP".utf8) {
            self.init("it is a WebP image", isUnsupported: true)
        } else if start.count >= 8, start[4..<8].elementsEqual("TFL3".utf8) {
            self.init(
                "it is a TensorFlow Lite model, and weights are wanted: take it over with sapool import",
                isUnsupported: true)
        } else if let words = Self.text(start, isWhole: length <= start.count) {
            self.init("it is a text that begins with “\(words)”: copy or export it again")
        } else {
            return nil
        }
    }

    /// A model in place of weights, or what is no form of weights at all; nil for what may be weights.
    init?(weightsStart start: [UInt8], length: Int) {
        if let foreign = ForeignFile(start: start, length: length) {
            self = foreign
        } else if SafetensorsHeader.isBegun(start) || PyTorchFile.recognises(start: start) {
            return nil
        } else if start.starts(with: [0x08, 0x01, 0x12]) {
            self.init(
                "it is a SavedModel of TensorFlow, and safetensors and PyTorch's files are read", isUnsupported: true)
        } else if start.count >= 3, start[0] == 0x08, (3...32).contains(start[1]),
            [0x12, 0x3A, 0x42].contains(start[2])
        {
            self.init(
                "it looks like an ONNX model: give it a name that ends with .onnx, and take it over with sapool import",
                isUnsupported: true)
        } else if !SafetensorsHeader.isPossible(start) {
            self.init(
                "it is neither a safetensors file nor one that torch.save wrote: give the path of weights, or copy them again",
                isUnsupported: true)
        } else {
            return nil
        }
    }

    private init(_ text: String, isUnsupported: Bool = false) {
        (self.text, self.isUnsupported) = (text, isUnsupported)
    }

    /// The message for the user.
    ///
    /// - Parameter kind: what the file should be: "safetensors file".
    func error(name: String, kind: String) -> InterchangeError {
        isUnsupported
            ? UnsupportedProblem(text).error(name: name) : InterchangeError("\(name) is no valid \(kind): \(text)")
    }

    private static let signatures: [(bytes: [UInt8], what: String)] = [
        ([0x1F, 0x8B], "compressed with gzip: unpack it"), (Array("BZh".utf8), "compressed with bzip2: unpack it"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed with xz: unpack it"),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd: unpack it"),
        ([0x37, 0x7A, 0xBC, 0xAF], "an archive of 7-Zip: unpack it"),
        ([0x89, 0x48, 0x44, 0x46], "an HDF5 file (of Keras), and safetensors and PyTorch's files are read"),
        ([0x93, 0x4E, 0x55, 0x4D], "an array of NumPy, and safetensors and PyTorch's files are read"),
        (Array("GGUF".utf8), "a GGUF file, and safetensors and PyTorch's files are read"),
        ([0x89, 0x50, 0x4E, 0x47], "a PNG image"), ([0xFF, 0xD8, 0xFF], "a JPEG image"),
        (Array("GIF8".utf8), "a GIF image"), (Array("Rar!".utf8), "an archive of RAR: unpack it"),
        (Array("%PDF".utf8), "a PDF document"), ([0x7F, 0x45, 0x4C, 0x46], "a program or a library (ELF)"),
        ([0xCF, 0xFA, 0xED, 0xFE], "a program or a library (Mach-O)"),
    ]

    /// “a web page” or the like.
    private static func markup(_ start: [UInt8]) -> String? {
        var bytes = start[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        let text = String(decoding: bytes.drop { $0 <= 0x20 }.prefix(64), as: UTF8.self).lowercased()
        if ["<!doctype html", "<html", "<head", "<!--"].contains(where: text.hasPrefix) { return "a web page" }
        return text.hasPrefix("<?xml") ? "an XML text, such as a server's error message" : nil
    }

    /// A header of 512 bytes whose sum stands in it, in octal digits.
    private static func isTar(_ start: [UInt8]) -> Bool {
        guard start.count >= 512 else { return false }
        let digits = start[148..<156].filter { (0x30...0x37).contains($0) }
        guard !digits.isEmpty, digits.count <= 7 else { return false }
        let stated = digits.reduce(0) { $0 * 8 + Int($1) - 0x30 }
        let sum = start[..<512].enumerated().reduce(0) {
            $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element))
        }
        return stated == sum
    }

    /// The first words of a text; nil for anything else.
    private static func text(_ start: [UInt8], isWhole: Bool) -> String? {
        let isText = start.allSatisfy { $0 == 9 || $0 == 10 || $0 == 13 || (0x20..<0x7F).contains($0) }
        guard isText, isWhole || start.count >= 64 else { return nil }
        let line = start.split(whereSeparator: { $0 < 0x20 }).first ?? []
        return String(decoding: line.prefix(40), as: UTF8.self)
    }
}
