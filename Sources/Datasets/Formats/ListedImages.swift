/// Image files with a class each, from a list. They are decoded when they are asked for, to RGB.
struct ListedImages: ImageFileDataset {
    let name: String
    let classNames: [String]
    /// Paths.
    let files: [String]
    /// One a file, an index into `classNames`.
    let labels: [Int]
    let remarks: [String]
    /// The list.
    let table: String?

    var count: Int { files.count }
    func label(at index: Int) -> Int { labels[index] }
    func path(of index: Int) -> String { files[index] }
    func annotation(of index: Int) -> String? { table }
}
