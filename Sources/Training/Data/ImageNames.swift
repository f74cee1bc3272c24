import Datasets

extension Dataset {
    /// The path of each image with links to the data set's folder followed: the same for every way to name the folder.
    func canonicalLocations(in data: String) -> [String] {
        let root = DataPlace.canonical(DatasetCatalog.place(of: data)?.path ?? data)
        return (0..<count).map { index in
            let (location, name) = (location(of: index), name(of: index, in: data))
            return location == name || imageSize != nil ? DataPlace.absolute(location) : "\(root)/\(name)"
        }
    }

    /// For each image a number that stands for its name, the same in every part of the data and wherever they lie.
    ///
    /// - Parameter data: the name by which the data set was opened, or a list of some of its images.
    /// - Throws: `DatasetsError` where a list cannot be read.
    func identities(in data: String) throws -> [Int] {
        let whole = try DatasetCatalog.undivided(data)
        return (0..<count).map { Int(truncatingIfNeeded: Checksum.sum(of: name(of: $0, in: whole))) }
    }
}
