import Foundation

/// Finds files by names that mean the same in Unicode: é may be one character or two, and Linux takes them for different names.
///
/// A folder is listed when a name outside of ASCII is not in it as it is written, and only once. One instance is for one thread.
public final class FolderNames {
    /// For each folder its names as they are, by names that compare as Unicode has it.
    private var listings: [String: [String: String]] = [:]

    /// A reader that has listed nothing yet.
    public init() {}

    /// The path of something in a folder or below it.
    ///
    /// - Parameters:
    ///   - name: may have folders in front.
    ///   - folder: where to look.
    /// - Returns: nil where there is nothing of that name.
    public func path(of name: String, in folder: String) -> String? {
        let start = folder.hasSuffix("/") ? folder : folder + "/"
        let whole = start + name
        if access(whole, F_OK) == 0 { return whole }
        guard name.utf8.contains(where: { $0 >= 0x80 }) else { return nil }
        var place = start
        for part in name.split(separator: "/") {
            let next = place.hasSuffix("/") ? place + part : "\(place)/\(part)"
            if access(next, F_OK) == 0 {
                place = next
            } else if let found = names(in: place)[String(part)] {
                place += place.hasSuffix("/") ? found : "/" + found
            } else {
                return nil
            }
        }
        return place
    }

    private func names(in folder: String) -> [String: String] {
        if let known = listings[folder] { return known }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let listing = Dictionary(names.map { ($0, $0) }) { first, _ in first }
        listings[folder] = listing
        return listing
    }
}
