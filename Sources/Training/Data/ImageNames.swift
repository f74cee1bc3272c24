import Datasets

extension Dataset {
    /// By what an image is known, wherever its data set lies: its path below the folder, or "train-images-idx3-ubyte.gz, image 17".
    ///
    /// - Parameter data: the name by which the data set was opened.
    func name(of index: Int, in data: String) -> String {
        let location = location(of: index)
        let root = DatasetCatalog.place(of: data)?.path ?? data
        let start = root.hasSuffix("/") ? root : root + "/"
        if location.hasPrefix(start) { return String(location.dropFirst(start.count)) }
        // Images that lie in one file are told apart by their number in it.
        guard imageSize != nil, let slash = location.lastIndex(of: "/") else { return location }
        return String(location[location.index(after: slash)...])
    }

    /// The path of each image with links to the data set's folder followed: the same for every way to name the folder.
    func canonicalLocations(in data: String) -> [String] {
        let root = DataPlace.canonical(DatasetCatalog.place(of: data)?.path ?? data)
        return (0..<count).map { index in
            let (location, name) = (location(of: index), name(of: index, in: data))
            return location == name || imageSize != nil ? DataPlace.absolute(location) : "\(root)/\(name)"
        }
    }

    /// The images that are among `names`, and the others.
    func divided(by names: Set<String>, in data: String) throws -> (named: Subset, others: Subset) {
        var (named, others): ([Int], [Int]) = ([], [])
        for index in 0..<count {
            if names.contains(name(of: index, in: data)) { named.append(index) } else { others.append(index) }
        }
        return (try Subset(self, indices: named), try Subset(self, indices: others))
    }
}
