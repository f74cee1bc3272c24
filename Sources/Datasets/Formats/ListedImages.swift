/// Image files with a class each, from a list. They are decoded when they are asked for, to RGB.
struct ListedImages: Dataset {
    let name: String
    let classNames: [String]
    /// Paths.
    let files: [String]
    /// One a file, an index into `classNames`.
    let labels: [Int]
    let remarks: [String]

    var count: Int { files.count }
    var channels: Int { 3 }
    var imageSize: ImageSize? { nil }
    func label(at index: Int) -> Int { labels[index] }
    func file(at index: Int) -> String? { files[index] }
    func location(of index: Int) -> String { files[index] }

    func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
        try Image.decode(contentsOf: files[index], channels: 3, minimumSize: minimumSize)
    }
}
