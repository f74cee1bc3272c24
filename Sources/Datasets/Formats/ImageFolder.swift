/// Image files in one folder a class.
///
/// Images are decoded when they are asked for, to RGB. Classes and files are sorted by name; hidden files are left out, and so are
/// files that are no images, which a remark counts and names.
public struct ImageFolder: ImageFileDataset {
    public let name: String
    public let classNames: [String]
    public let count: Int
    public internal(set) var remarks: [String] = []
    private let folder: String
    /// Paths below `folder`, class after class.
    private let files: [String]
    /// The index of the first file of every class, and the number of all files.
    private let classStarts: [Int]

    /// Finds the images in the sub-folders of a folder.
    ///
    /// - Parameters:
    ///   - folder: the folder of the folders of the classes.
    ///   - name: what the data set is called; the folder's path where it is `nil`.
    /// - Throws: `DatasetsError` if there are no sub-folders, or one holds no image.
    public init(folder: String, name: String? = nil) throws {
        let classNames = try Folders.subfolders(of: folder)
        guard !classNames.isEmpty else {
            throw DatasetsError("\(folder) holds no images: make one folder a class and put JPEG or PNG files into it")
        }
        var files: [String] = []
        var classStarts = [0]
        var filesNotRead: [String] = []
        for className in classNames {
            let found = try ImageFinder.look(into: folder, below: className)
            files += found.images
            filesNotRead += found.others.map { Folders.join(folder, $0) }
            guard files.count > classStarts[classStarts.count - 1] else {
                throw DatasetsError(
                    "\(Folders.join(folder, className)) holds no images: "
                        + "put JPEG or PNG files into it, or remove the folder")
            }
            classStarts.append(files.count)
        }
        self.name = name ?? folder
        self.folder = folder
        self.classNames = classNames
        self.files = files
        self.classStarts = classStarts
        remarks = try describeFilesBeside(folder, "classes") + (describeFilesNotRead(filesNotRead).map { [$0] } ?? [])
        count = files.count
    }

    public func label(at index: Int) -> Int {
        precondition((0..<count).contains(index), "\(name) has no image \(index)")
        var low = 0
        var high = classNames.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if classStarts[middle] <= index { low = middle } else { high = middle }
        }
        return low
    }

    public func path(of index: Int) -> String {
        Folders.join(folder, files[index])
    }
}
