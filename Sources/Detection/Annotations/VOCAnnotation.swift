import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// One XML file of Pascal VOC.
struct VOCAnnotation {
    private(set) var fileName = ""
    private(set) var width = 0
    private(set) var height = 0
    private(set) var objects: [Object] = []

    struct Object {
        var name = ""
        var box = Box(left: .nan, top: .nan, right: .nan, bottom: .nan)
        var isDifficult = false
    }

    /// Reads a file; external entities are never looked up.
    ///
    /// - Throws: `DetectionError` naming the file where it is no XML, or lacks its image's name or size.
    init(_ data: Data, file: String) throws {
        let reader = Reader()
        // Foundation's parser ends the process at names that are no UTF-8, so only UTF-8 gets to it, and no other encoding is declared.
        guard let text = String(validating: data, as: UTF8.self) else {
            throw DetectionError("\(file) is not written in UTF-8: write it anew")
        }
        let declarationEnd = text.hasPrefix("<?xml") ? text.range(of: "?>")?.upperBound : nil
        let parser = XMLParser(data: Data(text[(declarationEnd ?? text.startIndex)...].utf8))
        parser.shouldResolveExternalEntities = false
        parser.delegate = reader
        guard parser.parse(), reader.isComplete else {
            throw DetectionError("\(file) is no XML, or ends early (line \(parser.lineNumber)): write it anew")
        }
        fileName = reader.values["annotation/filename"] ?? ""
        width = reader.values["annotation/size/width"].flatMap { Int($0) } ?? 0
        height = reader.values["annotation/size/height"].flatMap { Int($0) } ?? 0
        objects = reader.objects
        guard !fileName.isEmpty, !fileName.contains("/"), fileName != ".." else {
            throw DetectionError("\(file) names no image in <filename>: write the file's name, without a folder")
        }
        guard (1...65_536).contains(width), (1...65_536).contains(height) else {
            throw DetectionError("\(file) has no usable <size>: write the image's width and height in pixels")
        }
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

        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
            let key = path.joined(separator: "/")
            if path.starts(with: ["annotation", "object"]), !objects.isEmpty {
                let number = Double(value) ?? .nan
                switch path.dropFirst(2).joined(separator: "/") {
                case "name": objects[objects.count - 1].name = value
                case "difficult": objects[objects.count - 1].isDifficult = value == "1"
                case "bndbox/xmin": objects[objects.count - 1].box.left = number
                case "bndbox/ymin": objects[objects.count - 1].box.top = number
                case "bndbox/xmax": objects[objects.count - 1].box.right = number
                case "bndbox/ymax": objects[objects.count - 1].box.bottom = number
                default: break
                }
            } else {
                values[key] = value
            }
            path.removeLast()
            text = ""
        }
    }
}
