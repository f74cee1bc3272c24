/// A data set that is known by name, and where it may lie.
struct KnownDataset {
    let name: String
    let classNames: [String]
    /// Folders to look into, in this order; see `DataLocations` for what stands in braces.
    let places: [String]
    /// What to do where it is in none of them.
    let advice: String

    static let all: [KnownDataset] = [
        KnownDataset(
            name: "fashion-mnist", classNames: fashionClasses,
            places: ["{data}/fashion-mnist", "{data}"] + commonPlaces.map { $0 + "/fashion-mnist" },
            advice: "run Scripts/bootstrap, or install Debian's package dataset-fashion-mnist, "
                + "or name the folder that holds its four files in SAPOOL_DATA"),
        KnownDataset(
            name: "mnist", classNames: (0...9).map(String.init),
            places: ["{data}/mnist"] + commonPlaces.map { $0 + "/mnist" },
            advice: "put its four files into a folder mnist inside of the folder that SAPOOL_DATA names"),
    ]

    private static let commonPlaces = [
        "{dependencies}/data", "{sysroot}/usr/share/datasets", "{dependencies}/sysroot/usr/share/datasets",
        "/usr/share/datasets",
    ]

    static let fashionClasses = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]
}
