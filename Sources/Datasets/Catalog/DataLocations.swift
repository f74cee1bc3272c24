import Foundation

/// Where data sets with a name are looked for.
///
/// The places of each data set are listed in `KnownDataset`, with these parts in braces; a place whose part is not set
/// is left out.
public struct DataLocations: Sendable {
    /// `{data}`: the user's folder of data sets, by default the environment's `SAPOOL_DATA`.
    public var data: String?
    /// `{sysroot}`: a folder that Debian packages were unpacked into, by default the environment's `SAPOOL_SYSROOT`.
    public var sysroot: String?
    /// `{dependencies}`: the folders that `Scripts/bootstrap` fills. By default `.deps` in the working folder, and in
    /// the folders above the running program.
    public var dependencies: [String]

    /// Makes a list of locations; what is not given comes from the environment.
    public init(data: String? = nil, sysroot: String? = nil, dependencies: [String]? = nil) {
        let environment = ProcessInfo.processInfo.environment
        self.data = data ?? environment["SAPOOL_DATA"].flatMap { $0.isEmpty ? nil : $0 }
        self.sysroot = sysroot ?? environment["SAPOOL_SYSROOT"].flatMap { $0.isEmpty ? nil : $0 }
        self.dependencies = dependencies ?? Self.standardDependencies()
    }

    /// The folders that a list of places means.
    func folders(_ places: [String]) -> [String] {
        let values: [(part: String, values: [String])] = [
            ("{data}", data.map { [$0] } ?? []), ("{sysroot}", sysroot.map { [$0] } ?? []),
            ("{dependencies}", dependencies),
        ]
        return places.flatMap { place in
            guard let (part, values) = values.first(where: { place.hasPrefix($0.part) }) else { return [place] }
            return values.map { $0 + place.dropFirst(part.count) }
        }
    }

    private static func standardDependencies() -> [String] {
        var folders = [".deps"]
        var folder = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
        if let executable = Bundle.main.executableURL { folder = executable.resolvingSymlinksInPath() }
        for _ in 0..<6 {
            folder.deleteLastPathComponent()
            let candidate = folder.appendingPathComponent(".deps").path
            if Folders.isFolder(candidate) { folders.append(candidate) }
        }
        return folders
    }
}
