extension PickleHeap {
    /// What a constructor makes of its arguments, nil where they do not fit.
    mutating func call(_ constructor: PickleConstructor, _ arguments: [PickleValue]) -> PickleValue? {
        switch constructor {
        case .orderedDictionary: return orderedDictionary(arguments)
        case .rebuildTensor:
            if let type = unreadType(arguments) { return add(.unreadTensor(type: type)) }
            guard var tensor = tensor(arguments) else { return nil }
            let view = view(arguments)
            tensor.isNegated = view.isNegated
            if view.isConjugated { return add(.unreadTensor(type: "conjugated")) }
            // Integers have no sign of their own to turn.
            if view.isNegated, !tensor.storage.type.isFloatingPoint { return add(.unreadTensor(type: "negated")) }
            return add(.tensor(tensor))
        case .rebuildTypedTensor:
            // Storage, offset, size, stride, whether it is trained, hooks, type.
            guard (7...8).contains(arguments.count), case .word(let type) = self[arguments[6]] else { return nil }
            return add(.unreadTensor(type: type))
        case .rebuildOtherTensor(let type): return add(.unreadTensor(type: type))
        case .rebuildParameter:
            guard let value = arguments.first else { return nil }
            switch self[value] {
            case .tensor, .unreadTensor: return value
            default: return nil
            }
        case .size:
            guard arguments.count == 1, items(arguments[0]) != nil else { return nil }
            return arguments[0]
        case .device: return add(.word("device"))
        // A storage type is only ever named inside a persistent id.
        case .storage, .otherStorage: return nil
        }
    }

    /// `OrderedDict()`, or `OrderedDict([[key, value], …])` as Python 2 wrote it.
    private mutating func orderedDictionary(_ arguments: [PickleValue]) -> PickleValue? {
        guard let first = arguments.first else { return add(.dictionary([])) }
        guard arguments.count == 1, let rows = items(first), mayCopy(rows.count) else { return nil }
        let pairs = rows.compactMap { row -> (key: PickleValue, value: PickleValue)? in
            guard let pair = items(row), pair.count == 2 else { return nil }
            return (pair[0], pair[1])
        }
        return pairs.count == rows.count ? add(.dictionary(pairs)) : nil
    }

    /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])`.
    private func tensor(_ arguments: [PickleValue]) -> StoredTensor? {
        // Sides and strides are few; a long list that many tensors share would be copied for each.
        guard (6...7).contains(arguments.count), case .storage(let storage) = self[arguments[0]],
            let sides = items(arguments[2])?.count, let steps = items(arguments[3])?.count,
            max(sides, steps) <= StoredTensor.maximumDimensions, case .integer(let offset) = arguments[1],
            let shape = integers(arguments[2]), let strides = integers(arguments[3])
        else { return nil }
        return StoredTensor(storage: storage, offset: offset, shape: shape, strides: strides)
    }

    /// What a seventh argument says of a tensor that PyTorch negates or conjugates only where it is read.
    private func view(_ arguments: [PickleValue]) -> (isNegated: Bool, isConjugated: Bool) {
        guard arguments.count == 7, case .dictionary(let pairs) = self[arguments[6]] else { return (false, false) }
        var view = (isNegated: false, isConjugated: false)
        // Few words; a long list that many tensors share would be looked through for each.
        for pair in pairs.prefix(16) {
            guard case .text(let word) = pair.key, case .bool(let isSet) = pair.value else { continue }
            if word == "neg" { view.isNegated = isSet }
            if word == "conj" { view.isConjugated = isSet }
        }
        return view
    }

    /// The type of a tensor whose storage is not read.
    private func unreadType(_ arguments: [PickleValue]) -> String? {
        guard let first = arguments.first, case .unreadStorage(let type) = self[first] else { return nil }
        return type
    }

    /// The storage that a persistent id names: `('storage', type, key, location, count[, view])`.
    mutating func storage(_ identifier: PickleValue) -> PickleValue? {
        guard let parts = items(identifier), (5...6).contains(parts.count), case .text("storage") = parts[0],
            case .constructor(let constructor) = self[parts[1]], case .text(let key) = parts[2],
            // Every tensor of a storage looks its key up.
            key.utf8.count <= NameLimit.longest, case .integer(let count) = parts[4]
        else { return nil }
        if case .otherStorage(let type) = constructor { return add(.unreadStorage(type: type)) }
        guard case .storage(let type) = constructor else { return nil }
        // Views of a larger storage were written before PyTorch 0.4 only.
        if let view = parts.dropFirst(5).first {
            guard case .none = view else { return nil }
        }
        return add(.storage(StoredTensor.Storage(key: key, type: type, count: count)))
    }
}
