import Networks

/// One way to understand a file's tensors as a network's: which set of them, behind which prefix, named in which scheme.
struct WeightFit {
    /// Index of the set.
    let set: Int
    /// The set's place in the file.
    let key: String
    /// What wrappers (DataParallel, `torch.compile`, Lightning) have put in front of the names; ends with a point, or is empty.
    let prefix: String
    let scheme: NamingScheme
    /// The network's names, and which tensor of the set is meant by each.
    let places: [String: Int]
    /// How many of them have the shape that the network needs.
    let fitting: Int

    /// What to call it: `state_dict_ema`, `model`, `state_dict.module`.
    var name: String {
        let parts = [key, String(prefix.dropLast())].filter { !$0.isEmpty }
        return parts.isEmpty ? "top" : parts.joined(separator: ".")
    }

    /// Whether a name on the command line means this one.
    func isCalled(_ name: String) -> Bool {
        [self.name, key, String(prefix.dropLast())].contains { !$0.isEmpty && $0 == name }
    }

    /// Whether its name says that it is an average over the training, which usually scores better.
    var isAveraged: Bool {
        let words = "\(key).\(prefix)".lowercased().split { !$0.isLetter }
        return words.contains { ["ema", "swa", "averaged", "average", "avg", "shadow"].contains($0) }
    }

    // MARK: - Search

    /// The deepest prefix that is looked for, in parts.
    private static let deepestPrefix = 4
    /// The longest prefix, in bytes.
    private static let longestPrefix = 200
    /// The most prefixes that are tried. The largest groups come first, and a checkpoint has a few; a hostile file has a hundred thousand.
    private static let mostPrefixes = 128

    /// Every way that fits at least half as well as the best, best first; no tensor belongs to two of them.
    static func all(_ sets: [TensorSet], to specifications: [ParameterSpecification]) -> [WeightFit] {
        let network = NetworkNames(specifications)
        var shapes: [String: [Int]] = [:]
        for specification in specifications { shapes[specification.name] = sides(specification.shape) }
        var fits: [WeightFit] = []
        var best = 0
        for (index, set) in sets.enumerated() {
            // A few names that happen to fit are no network's; a hostile file has a prefix for each of its names.
            for (prefix, members) in groups(set.names, network)
            where 2 * members.count >= best && (prefix.isEmpty || 20 * members.count >= specifications.count) {
                guard let fit = bestFit(index, set, prefix, members, network, shapes), 2 * fit.fitting >= best else {
                    continue
                }
                fits.append(fit)
                best = max(best, fit.fitting)
            }
        }
        // Swift's sort promises no order among equals, and the first found is the likeliest.
        let sorted = fits.enumerated().filter { 2 * $0.element.fitting >= best }
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }.map(\.element)
        guard best > 0 else { return Array(sorted.prefix(1)) }
        // What one scheme finds behind `module.net.`, another finds behind `module.`.
        var claimed: [Int: Set<Int>] = [:]
        return sorted.filter { fit in
            guard claimed[fit.set, default: []].isDisjoint(with: fit.places.values) else { return false }
            claimed[fit.set, default: []].formUnion(fit.places.values)
            return true
        }
    }

    /// Fitting shapes count most, then names alone (the classifier of other classes).
    private var score: Int { fitting << 24 + min(places.count, (1 << 24) - 1) }

    /// The names behind each prefix that are no longer than a network's, the shortest prefixes first.
    private static func groups(_ names: [String], _ network: NetworkNames) -> [(prefix: String, members: [Int])] {
        var groups: [(prefix: String, members: [Int])] = [("", names.indices.filter { network.mayHave(names[$0]) })]
        var found: [String: Int] = [:]
        for depth in 1...deepestPrefix {
            for (index, name) in names.enumerated() {
                guard let length = DottedName.prefixLength(of: name, parts: depth), length <= longestPrefix,
                    network.mayHave(name, from: length)
                else { continue }
                let prefix = String(decoding: name.utf8.prefix(length), as: UTF8.self)
                if let group = found[prefix] {
                    groups[group].members.append(index)
                } else {
                    found[prefix] = groups.count
                    groups.append((prefix, [index]))
                }
            }
        }
        guard groups.count > mostPrefixes else { return groups }
        let largest = groups.indices.dropFirst().sorted {
            (groups[$1].members.count, $0) < (groups[$0].members.count, $1)
        }
        return ([0] + largest.prefix(mostPrefixes).sorted()).map { groups[$0] }
    }

    private static func bestFit(
        _ index: Int, _ set: TensorSet, _ prefix: String, _ members: [Int], _ network: NetworkNames,
        _ shapes: [String: [Int]]
    ) -> WeightFit? {
        let bare = members.map { String(decoding: set.names[$0].utf8.dropFirst(prefix.utf8.count), as: UTF8.self) }
        var best: WeightFit?
        for scheme in NamingScheme.all {
            let translated = scheme.translate(bare, network)
            var places: [String: Int] = [:]
            var fitting = 0
            for (member, name) in zip(members, bare) {
                guard let place = translated[name], let shape = shapes[place], places[place] == nil else { continue }
                places[place] = member
                if shape == sides(set.shapes[member]) { fitting += 1 }
            }
            let fit = WeightFit(
                set: index, key: set.key, prefix: prefix, scheme: scheme, places: places, fitting: fitting)
            if fit.score > best?.score ?? -1 { best = fit }
        }
        return best
    }

    /// A shape without sides of 1, which tell a 1×1 convolution from a linear layer.
    private static func sides(_ shape: [Int]) -> [Int] { shape.filter { $0 != 1 } }

    // MARK: - Choice

    /// The fit to use: the one that `name` calls, or the best; an average before others that are no better.
    ///
    /// - Returns: nil where none is called so.
    static func choose(_ fits: [WeightFit], name: String?) -> WeightFit? {
        let candidates = fits.filter { name.map($0.isCalled) ?? true }
        guard name == nil, let best = candidates.first, !best.isAveraged else { return candidates.first }
        let trained = best.places.keys.filter { !$0.hasSuffix("num_batches_tracked") }
        return candidates.first { fit in
            // Averages may leave out what is not trained.
            fit.isAveraged
                && (fit.fitting >= best.fitting
                    || trained.allSatisfy { fit.places[$0] != nil || $0.contains(".running_") })
        } ?? best
    }
}
