extension Dataset {
    /// By what an image is known, wherever its data set lies: its path below the folder, or "train-images-idx3-ubyte.gz, image 17".
    ///
    /// - Parameter data: the name by which the data set was opened.
    package func name(of index: Int, in data: String) -> String {
        let location = location(of: index)
        let root = DatasetCatalog.place(of: data)?.path ?? data
        let start = root.hasSuffix("/") ? root : root + "/"
        if location.hasPrefix(start) { return String(location.dropFirst(start.count)) }
        // Images that lie in one file are told apart by their number in it.
        guard imageSize != nil, let slash = location.lastIndex(of: "/") else { return location }
        return String(location[location.index(after: slash)...])
    }

    /// The images that are among `names`, and the others.
    package func divided(by names: Set<String>, in data: String) throws -> (named: Subset, others: Subset) {
        var (named, others): ([Int], [Int]) = ([], [])
        for index in 0..<count {
            if names.contains(name(of: index, in: data)) { named.append(index) } else { others.append(index) }
        }
        return (try Subset(self, indices: named), try Subset(self, indices: others))
    }
}
