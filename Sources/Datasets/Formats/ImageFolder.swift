/// JPEG and PNG files in one folder a class.
///
/// Images are decoded when they are asked for, to RGB. Classes and files are sorted by name; hidden files and files
/// that are no images are left out.
public struct ImageFolder: Dataset {
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
        for className in classNames {
            try Self.collect(folder: folder, below: className, depth: 0, into: &files)
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
        count = files.count
    }

    public var channels: Int { 3 }
    public var imageSize: ImageSize? { nil }

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

    public func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
        try Image.decode(contentsOf: location(of: index), channels: 3, minimumSize: minimumSize)
    }

    public func file(at index: Int) -> String? { location(of: index) }

    public func location(of index: Int) -> String {
        Folders.join(folder, files[index])
    }

    private static let extensions: Set<String> = ["jpg", "jpeg", "jpe", "jfif", "png"]

    static func hasImageEnding(_ name: String) -> Bool {
        name.split(separator: ".").last.map { extensions.contains($0.lowercased()) } ?? false
    }

    private static func collect(folder: String, below path: String, depth: Int, into files: inout [String]) throws {
        // Links can make circles.
        guard depth < 16 else { return }
        for name in try Folders.names(in: Folders.join(folder, path)) {
            let relative = "\(path)/\(name)"
            let absolute = Folders.join(folder, relative)
            if Folders.isFolder(absolute) {
                try collect(folder: folder, below: relative, depth: depth + 1, into: &files)
            } else if try isImage(absolute, name: name) {
                files.append(relative)
            }
        }
    }

    /// Files with a known extension are images, even broken ones: these have to be noticed. Others are if they look so.
    private static func isImage(_ path: String, name: String) throws -> Bool {
        if hasImageEnding(name) { return true }
        guard Folders.isFile(path) else { return false }
        return ImageFormat(try FileReader.prefix(of: path, count: 8)) != nil
    }
}
