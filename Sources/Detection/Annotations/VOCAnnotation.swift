import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// One XML file of Pascal VOC.
struct VOCAnnotation {
    /// The last part of its image's path as it was when the file was written; empty where the file says nothing.
    private(set) var fileName = ""
    /// The image's size in pixels; nil where the file says none: it is missing, zero or no number.
    private(set) var size: (width: Int, height: Int)?
    private(set) var objects: [Object] = []

    struct Object {
        var name = ""
        var hasBox = false
        var box = Box(left: .nan, top: .nan, right: .nan, bottom: .nan)
        var isDifficult = false
        /// Boxes behind the first, which do not count.
        var moreBoxes = 0
    }

    /// Reads a file; external entities are never looked up.
    ///
    /// - Throws: `DetectionError` naming the file where it is no XML, or its image's size is one that no image has.
    init(_ data: Data, file: String) throws {
        let reader = Reader()
        // Foundation's parser ends the process at names that are no UTF-8, so only UTF-8 gets to it, and no other encoding is declared.
        let start = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
        guard let text = String(validating: start, as: UTF8.self) else {
            throw DetectionError("\(file) is not written in UTF-8: write it anew")
        }
        // Entities can grow without end, and no annotation needs any.
        guard !text.contains("<!ENTITY") else {
            throw DetectionError("\(file) defines entities, which are not read: write it without a DOCTYPE")
        }
        let declarationEnd = text.hasPrefix("<?xml") ? text.range(of: "?>")?.upperBound : nil
        let parser = XMLParser(data: Data(text[(declarationEnd ?? text.startIndex)...].utf8))
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        guard parser.parse(), reader.isComplete else {
            throw DetectionError("\(file) is no XML, or ends early (line \(parser.lineNumber)): write it anew")
        }
        let name = reader.values["annotation/filename"] ?? ""
        fileName = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        if fileName == ".." { fileName = "" }
        objects = reader.objects
        let sides = ["width", "height"].map { Self.side(reader.values["annotation/size/\($0)"]) }
        guard let width = sides[0], let height = sides[1] else { throw Self.noSize(file) }
        size = width > 0 && height > 0 ? (width, height) : nil
    }

    /// A side in pixels, 1 to 65 536; 0 where there is none, nil where no image has it.
    private static func side(_ text: String?) -> Int? {
        guard let text, let value = Double(text), value != 0 else { return 0 }
        return value == value.rounded() && (1...65_536).contains(value) ? Int(value) : nil
    }

    /// What is said of a file without a size that can be used.
    static func noSize(_ file: String) -> DetectionError {
        DetectionError("\(file) has no usable <size>: write the image's width and height in pixels")
    }

    private final class Reader: NSObject, XMLParserDelegate {
        var values: [String: String] = [:]
        var objects: [Object] = []
        private var path: [String] = []
        /// The parser takes a file that ends early for a whole one.
        var isComplete: Bool { path.isEmpty && !values.isEmpty }
        private var text = ""

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            path.append(name)
            text = ""
            // Deeper nesting than any annotation has would only cost memory.
            if path.count > 32 { parser.abortParsing() }
            if path == ["annotation", "object"] { objects.append(Object()) }
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) {
            if text.utf8.count < 4096 { text += string }
        }

        func parser(_ parser: XMLParser, foundCDATA block: Data) {
            if text.utf8.count < 4096 { text += String(decoding: block.prefix(4096), as: UTF8.self) }
        }

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
            let key = path.joined(separator: "/")
            if path.starts(with: ["annotation", "object"]), !objects.isEmpty {
                let number = Double(value) ?? .nan
                switch path.dropFirst(2).joined(separator: "/") {
                case "name": objects[objects.count - 1].name = value
                case "difficult":
                    objects[objects.count - 1].isDifficult = ["1", "true", "yes"].contains(value.lowercased())
                case "bndbox":
                    if objects[objects.count - 1].hasBox { objects[objects.count - 1].moreBoxes += 1 }
                    objects[objects.count - 1].hasBox = true
                case "bndbox/xmin": setCorner(\.left, number)
                case "bndbox/ymin": setCorner(\.top, number)
                case "bndbox/xmax": setCorner(\.right, number)
                case "bndbox/ymax": setCorner(\.bottom, number)
                default: break
                }
            } else {
                values[key] = value
            }
            path.removeLast()
            text = ""
        }

        /// The first box of an object counts.
        private func setCorner(_ corner: WritableKeyPath<Box, Double>, _ value: Double) {
            guard !objects[objects.count - 1].hasBox else { return }
            objects[objects.count - 1].box[keyPath: corner] = value
        }
    }
}
