/// What a file in COCO's JSON says, before it is checked: `{"images": […], "annotations": […], "categories": […]}`.
///
/// Identifiers are text: numbers beyond 2⁵³ stay what they are, and tools that write them in quotes mean the same.
struct COCOFile {
    struct Image {
        var id: String?
        var fileName = ""
        var width: JSONScanner.Scalar = .null
        var height: JSONScanner.Scalar = .null
    }

    struct Annotation {
        var id: String?
        var image: String?
        var category: String?
        /// Four numbers where all is well; no more than five are kept.
        var box: [Double]?
        /// The first of them that is no number: `NaN`, `Infinity` or a text.
        var oddSide: JSONScanner.Scalar?
        var area: JSONScanner.Scalar = .null
        var isCrowd = false
    }

    struct Category {
        var id: String?
        var name = ""
        /// The group of classes that it belongs to, by name; tools that need none write `none`.
        var group = ""
    }

    private(set) var images: [Image] = []
    private(set) var annotations: [Annotation] = []
    private(set) var categories: [Category] = []

    /// Reads a file.
    ///
    /// - Throws: `DetectionError` where it is not JSON, or not of COCO's form.
    init(_ bytes: [UInt8], path: String) throws {
        guard !bytes.starts(with: Array("version https://git-lfs".utf8)) else {
            throw DetectionError(
                "\(path) is a Git LFS pointer, a text in the file's place: fetch the file itself with git lfs pull")
        }
        var scanner = JSONScanner(bytes)
        var found: Set<String> = []
        do {
            guard try scanner.isObject() else {
                throw DetectionError("\(path) holds no COCO annotations: it has no list of images")
            }
            try scanner.object { scanner, key in
                guard ["images", "annotations", "categories"].contains(key) else { return try scanner.skip() }
                guard try scanner.isList() else {
                    throw DetectionError("\(path) holds no COCO annotations: \"\(key)\" is no list")
                }
                found.insert(key)
                switch key {
                case "images": images = try Self.images(&scanner)
                case "annotations": annotations = try Self.annotations(&scanner)
                default: categories = try Self.categories(&scanner)
                }
            }
            try scanner.end()
        } catch let problem as JSONScanner.Problem {
            throw DetectionError("\(path) holds no COCO annotations: it is not valid JSON: \(problem)")
        }
        for key in ["images", "annotations", "categories"] where !found.contains(key) {
            throw DetectionError("\(path) holds no COCO annotations: \"\(key)\" is missing")
        }
    }

    private static func images(_ scanner: inout JSONScanner) throws -> [Image] {
        try elements(&scanner) { scanner in
            var image = Image()
            try fields(&scanner) { scanner, key in
                switch key {
                case "id": image.id = try identifier(&scanner)
                case "file_name": image.fileName = try text(&scanner)
                case "width": image.width = try scanner.scalar()
                case "height": image.height = try scanner.scalar()
                default: try scanner.skip()
                }
            }
            return image
        }
    }

    private static func annotations(_ scanner: inout JSONScanner) throws -> [Annotation] {
        try elements(&scanner) { scanner in
            var annotation = Annotation()
            try fields(&scanner) { scanner, key in
                switch key {
                case "id": annotation.id = try identifier(&scanner)
                case "image_id": annotation.image = try identifier(&scanner)
                case "category_id": annotation.category = try identifier(&scanner)
                case "bbox": (annotation.box, annotation.oddSide) = try box(&scanner)
                case "area": annotation.area = try scanner.scalar()
                case "iscrowd": annotation.isCrowd = isTrue(try scanner.scalar())
                default: try scanner.skip()
                }
            }
            return annotation
        }
    }

    private static func categories(_ scanner: inout JSONScanner) throws -> [Category] {
        try elements(&scanner) { scanner in
            var category = Category()
            try fields(&scanner) { scanner, key in
                switch key {
                case "id": category.id = try identifier(&scanner)
                case "name": category.name = try text(&scanner)
                case "supercategory": category.group = try text(&scanner)
                default: try scanner.skip()
                }
            }
            return category
        }
    }

    private static func elements<Element>(
        _ scanner: inout JSONScanner, _ read: (inout JSONScanner) throws -> Element
    ) throws -> [Element] {
        var elements: [Element] = []
        try scanner.list { elements.append(try read(&$0)) }
        return elements
    }

    /// The fields of an object; a value that is none has no fields.
    private static func fields(
        _ scanner: inout JSONScanner, _ body: (inout JSONScanner, String) throws -> Void
    ) throws {
        if try scanner.isObject() { try scanner.object(body) } else { try scanner.skip() }
    }

    /// A number or a text; 7, 7.0 and "7" are the same.
    private static func identifier(_ scanner: inout JSONScanner) throws -> String? {
        switch try scanner.scalar() {
        case .text(let text): return text
        case .number(let value, let digits):
            guard value.isFinite else { return nil }
            let isWhole = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
            if isWhole { return digits == "-0" ? "0" : digits }
            return value == value.rounded() && abs(value) < 0x1p53 ? String(Int(value)) : digits
        case .bool, .null, .other: return nil
        }
    }

    private static func text(_ scanner: inout JSONScanner) throws -> String {
        switch try scanner.scalar() {
        case .text(let text): text
        case .number(_, let digits): digits
        case .bool, .null, .other: ""
        }
    }

    /// Up to five numbers, and what is none among the first four.
    private static func box(_ scanner: inout JSONScanner) throws -> ([Double]?, JSONScanner.Scalar?) {
        guard try scanner.isList() else {
            try scanner.skip()
            return (nil, nil)
        }
        var numbers: [Double] = []
        var odd: JSONScanner.Scalar?
        try scanner.list { scanner in
            let value = try scanner.scalar()
            guard numbers.count < 5 else { return }
            if case .number(let number, _) = value, number.isFinite {
                numbers.append(number)
            } else {
                numbers.append(.nan)
                odd = odd ?? value
            }
        }
        return (numbers, odd)
    }

    /// 1, true, and both in quotes.
    private static func isTrue(_ value: JSONScanner.Scalar) -> Bool {
        switch value {
        case .number(let number, _): number == 1
        case .bool(let bool): bool
        case .text(let text): text == "1" || text.lowercased() == "true"
        case .null, .other: false
        }
    }
}
