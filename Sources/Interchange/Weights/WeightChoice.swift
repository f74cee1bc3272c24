import Networks

/// What is to be taken from a file for a network: the set, the prefix and the scheme that fit best, and what else there is.
struct WeightChoice {
    let sets: [TensorSet]
    let fit: WeightFit
    /// The tensor for each of the network's names.
    let places: [String: (set: Int, index: Int)]
    let alternatives: [String]
    let filled: WeightMapping.Filling?
    let extra: [String]
    let strangers: [String]
    /// Tensors of types that are not read, by the network's names that they would have.
    let unread: [String: UnreadTensor]
    let notes: [String]
    let refusal: String?

    /// The best choice.
    init(_ source: TensorSource, to specifications: [ParameterSpecification]) {
        let fits = WeightFit.all(source.sets, to: specifications)
        self.init(source, fits, WeightFit.choose(fits, name: nil), specifications)
    }

    /// The choice that a name on the command line asks for, or the best.
    ///
    /// - Throws: `MissingWeights` where nothing is called so.
    init(_ source: TensorSource, to specifications: [ParameterSpecification], key: String?) throws {
        let fits = WeightFit.all(source.sets, to: specifications)
        let chosen = WeightFit.choose(fits, name: key)
        if let key, chosen == nil {
            let there = fits.prefix(10).map {
                "\($0.name.shortened) (\($0.fitting) \($0.fitting == 1 ? "tensor that fits" : "tensors that fit"))"
            }
            throw MissingWeights(
                text: "has no weights for this network called “\(key)”; there are "
                    + (there.isEmpty ? "none" : there.joined(separator: ", ")))
        }
        self.init(source, fits, chosen, specifications)
    }

    private init(
        _ source: TensorSource, _ fits: [WeightFit], _ chosen: WeightFit?, _ specifications: [ParameterSpecification]
    ) {
        sets = source.sets
        let fit =
            chosen ?? WeightFit(set: 0, key: "", prefix: "", scheme: NamingScheme.own, places: [:], fitting: 0)
        self.fit = fit
        var places = fit.places.mapValues { (set: fit.set, index: $0) }
        let network = NetworkNames(specifications)
        let set = source.sets.indices.contains(fit.set) ? source.sets[fit.set] : TensorSet.empty

        // Names without the prefix may belong to the same network.
        let bare =
            fit.prefix.isEmpty
            ? [] : set.names.indices.filter { !set.names[$0].hasPrefix(fit.prefix) && network.mayHave(set.names[$0]) }
        let translated = fit.scheme.translate(bare.map { set.names[$0] }, network)
        for index in bare {
            guard let place = translated[set.names[index]], network.names.contains(place), places[place] == nil else {
                continue
            }
            places[place] = (fit.set, index)
        }
        // An average of what is trained leaves running statistics to the others.
        var filling: WeightMapping.Filling?
        let others = fits.filter { $0.set != fit.set || $0.prefix != fit.prefix }
        if fit.isAveraged, let plain = others.first(where: { !$0.isAveraged && $0.fitting > fit.fitting }) {
            let lacking = plain.places.filter { places[$0.key] == nil && network.names.contains($0.key) }
            for (place, index) in lacking { places[place] = (plain.set, index) }
            if !lacking.isEmpty { filling = WeightMapping.Filling(name: plain.name, count: lacking.count) }
        }
        filled = filling
        self.places = places
        alternatives = others.filter { 2 * $0.fitting >= fit.fitting && $0.fitting > 0 }.map(\.name)

        var used = Set(places.values.filter { $0.set == fit.set }.map(\.index))
        extra =
            set.names.indices.filter { !used.contains($0) }.map { set.names[$0] }
            + set.unread.map { "\($0.name.shortened) (of the type \($0.type), which is not read)" }
        for other in others where other.set == fit.set { used.formUnion(other.places.values) }
        strangers = set.names.indices.filter { !used.contains($0) }.map { set.names[$0] }.filter {
            $0.hasPrefix(fit.prefix) && !Self.isBookkeeping($0)
        }
        unread = Self.unread(set, fit, network)
        (notes, refusal) = Self.remarks(fit, network, source.descriptions)
    }

    /// The tensors to read of each set.
    var placesBySet: [Int: [Int]] {
        Dictionary(grouping: places.values) { $0.set }.mapValues { Set($0.map(\.index)).sorted() }
    }

    private static func unread(_ set: TensorSet, _ fit: WeightFit, _ network: NetworkNames) -> [String: UnreadTensor] {
        let length = fit.prefix.utf8.count
        let behind = set.unread.filter { $0.name.hasPrefix(fit.prefix) && network.mayHave($0.name, from: length) }
        let bare = behind.map { String(decoding: $0.name.utf8.dropFirst(length), as: UTF8.self) }
        let translated = fit.scheme.translate(bare, network)
        var places: [String: UnreadTensor] = [:]
        for (name, tensor) in zip(bare, behind) {
            if let place = translated[name], places[place] == nil { places[place] = tensor }
        }
        return places
    }

    /// Counters that tools leave in a state dict.
    private static func isBookkeeping(_ name: String) -> Bool {
        let last = name.split(separator: ".").last ?? ""
        return ["n_averaged", "num_batches_tracked", "total_ops", "total_params"].contains(last)
    }

    /// What to say about weights whose network computes something a little different elsewhere.
    private static func remarks(
        _ fit: WeightFit, _ network: NetworkNames, _ descriptions: [String]
    ) -> (notes: [String], refusal: String?) {
        if let note = fit.scheme.note { return ([note], nil) }
        guard fit.scheme.name == NamingScheme.own.name, fit.fitting > 0,
            network.names.isSuperset(of: ["conv_stem.weight", "blocks.0.0.conv_dw.weight"])
        else { return ([], nil) }
        let said = descriptions.map { $0.lowercased() }
        guard said.contains(where: { $0.contains("tf_efficientnet") }) else {
            let isKnown = said.isEmpty || said.contains { $0.contains("efficientnet_lite0") }
            let doubt =
                "timm's tf_efficientnet_lite0 has the same names and shapes, but pads maps as TensorFlow does: if these are its weights, outputs "
                + "are some per cent off"
            return (isKnown ? [] : [doubt], nil)
        }
        let what =
            "holds weights of timm's tf_efficientnet_lite0, which pads maps as TensorFlow does (one line more at the right and below), and that is "
            + "not supported yet"
        return (
            ["it \(what): outputs are some per cent off, which training on these weights mends"],
            "\(what): take timm's efficientnet_lite0, or train on from these with sapool train --weights"
        )
    }
}
