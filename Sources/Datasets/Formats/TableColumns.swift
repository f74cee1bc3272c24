/// Which columns of a table name files, their classes and, if any, their splits.
struct TableColumns {
    let file: Int
    let label: Int
    let split: Int?
    /// Whether the first row names the columns.
    let hasHeader: Bool

    private static let files = [
        "filename", "file", "path", "filepath", "image", "imagename", "imagepath", "imagefile", "imagefilename", "img",
        "imgname",
        "imgpath", "imageid", "id", "name",
    ]
    private static let labels = [
        "label", "labels", "class", "classname", "category", "target", "classid", "classlabel", "breed", "species",
        "type", "y",
    ]
    private static let splits = ["split", "set", "subset", "dataset", "partition", "fold"]

    /// Tells columns by their names, and in a table of two columns by what is in them.
    ///
    /// - Parameters:
    ///   - first: the first row.
    ///   - isFile: whether a field names a file that is there.
    init?(_ first: [String], isFile: (String) -> Bool) {
        let names = first.map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }
        func place(_ known: [String]) -> Int? { known.lazy.compactMap { names.firstIndex(of: $0) }.first }
        if let file = place(Self.files), let label = place(Self.labels), !isFile(first[file]) {
            self.init(file: file, label: label, split: place(Self.splits), hasHeader: true)
        } else if first.count == 2, isFile(first[0]) || isFile(first[1]) {
            self.init(file: isFile(first[0]) ? 0 : 1, label: isFile(first[0]) ? 1 : 0, split: nil, hasHeader: false)
        } else if first.count == 2, let file = place(Self.files) {
            self.init(file: file, label: 1 - file, split: nil, hasHeader: true)
        } else if first.count == 2, let label = place(Self.labels) {
            self.init(file: 1 - label, label: label, split: nil, hasHeader: true)
        } else {
            return nil
        }
    }

    private init(file: Int, label: Int, split: Int?, hasHeader: Bool) {
        (self.file, self.label, self.split, self.hasHeader) = (file, label, split, hasHeader)
    }
}
