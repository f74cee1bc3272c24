/// Finds the state dict in what a pickle holds.
struct StateDictSearch {
    private let heap: PickleHeap

    /// Where training programs put it, the likeliest first.
    private static let usualKeys = [
        "state_dict", "model", "model_state_dict", "net", "network", "model_state", "weights", "state_dict_ema",
    ]

    init(_ heap: PickleHeap) { self.heap = heap }

    /// The tensors of a state dict, or of the one that a checkpoint holds, in order.
    ///
    /// - Throws: `FileProblem` where there is none.
    func tensors(in root: PickleValue) throws -> [(name: String, tensor: StoredTensor)] {
        guard case .dictionary(let pairs) = heap[root] else {
            throw FileProblem("it holds no dictionary of tensors (save model.state_dict())")
        }
        let own = tensors(pairs)
        if !own.isEmpty { return own }
        let parts = pairs.compactMap { pair -> (key: String, tensors: [(name: String, tensor: StoredTensor)])? in
            guard case .text(let key) = pair.key, case .dictionary(let inner) = heap[pair.value] else { return nil }
            let found = tensors(inner)
            return found.isEmpty ? nil : (key, found)
        }
        for key in Self.usualKeys {
            if let part = parts.first(where: { $0.key == key }) { return part.tensors }
        }
        guard parts.count == 1 else {
            let keys = pairs.compactMap { pair -> String? in
                guard case .text(let key) = pair.key else { return nil }
                return key
            }
            throw FileProblem(
                "it holds no tensors under \(Self.usualKeys.prefix(3).joined(separator: ", ")) or the like: its keys are "
                    + (keys.isEmpty ? "none" : keys.prefix(10).joined(separator: ", ")))
        }
        return parts[0].tensors
    }

    private func tensors(_ pairs: [(key: PickleValue, value: PickleValue)]) -> [(name: String, tensor: StoredTensor)] {
        pairs.compactMap { pair in
            guard case .text(let name) = pair.key, case .tensor(let tensor) = heap[pair.value] else { return nil }
            return (name, tensor)
        }
    }
}
