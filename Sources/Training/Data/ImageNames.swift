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
}
