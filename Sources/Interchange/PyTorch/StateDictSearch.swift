/// Finds the state dicts in what a pickle holds: dictionaries of tensors, one in another.
struct StateDictSearch {
    private let heap: PickleHeap

    /// Where training programs put the weights, the likeliest first.
    private static let usualKeys = [
        "state_dict", "model", "model_state_dict", "net", "network", "model_state", "weights",
    ]
    /// Where they say which architecture it is.
    private static let descriptionKeys = ["arch", "architecture", "model_name", "model"]
    /// Dictionaries deeper than this hold no weights.
    private static let deepest = 4

    /// A dictionary of tensors.
    struct StateDict {
        let key: String
        let tensors: [(name: String, tensor: StoredTensor)]
        let unread: [UnreadTensor]
    }

    init(_ heap: PickleHeap) { self.heap = heap }

    /// Every dictionary that holds tensors under names, the likeliest to be meant first.
    ///
    /// - Throws: `UnsupportedProblem` where there is none.
    func stateDicts(in root: PickleValue) throws -> [StateDict] {
        guard case .dictionary(let pairs) = heap[root] else {
            throw UnsupportedProblem("it holds no dictionary of tensors: save model.state_dict()")
        }
        var found: [StateDict] = []
        // Each dictionary once, however many others hold it.
        var seen: Set<Int> = []
        var level = [(key: "", value: root)]
        for _ in 0...Self.deepest {
            var next: [(key: String, value: PickleValue)] = []
            for (key, value) in level {
                guard case .object(let index) = value, case .dictionary(let pairs) = heap[value],
                    seen.insert(index).inserted
                else { continue }
                if let dict = try stateDict(key, pairs) { found.append(dict) }
                for (name, inner) in pairs {
                    // Places are names that people can type; long ones in one another would not stay linear in the file's size.
                    guard case .text(let name) = name, name.utf8.count < 200, case .dictionary = heap[inner] else {
                        continue
                    }
                    next.append((key.isEmpty ? name : "\(key).\(name)", inner))
                }
            }
            level = next
        }
        guard !found.isEmpty else {
            if let unread = heap.firstUnreadType {
                throw UnsupportedProblem(
                    "its tensors have the element type \(unread.shortened), which is not read: save them in single precision"
                )
            }
            let keys = pairs.compactMap { pair -> String? in
                guard case .text(let key) = pair.key else { return nil }
                return key
            }
            throw UnsupportedProblem(
                "it holds no tensors under \(Self.usualKeys.prefix(3).joined(separator: ", ")) or the like: its keys are "
                    + (keys.isEmpty ? "none" : keys.prefix(10).map(\.shortened).joined(separator: ", ")))
        }
        func rank(_ dict: StateDict) -> Int { Self.usualKeys.firstIndex(of: dict.key) ?? Self.usualKeys.count }
        return found.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
    }

    /// What a checkpoint says that its architecture is.
    func descriptions(in root: PickleValue) -> [String] {
        guard case .dictionary(let pairs) = heap[root] else { return [] }
        return pairs.compactMap { pair in
            guard case .text(let key) = pair.key, Self.descriptionKeys.contains(key), case .text(let text) = pair.value,
                text.utf8.count < 200
            else { return nil }
            return text
        }
    }

    /// The tensors of a dictionary; of several under one name the last, as in Python. Nil where there are none.
    ///
    /// - Throws: `UnsupportedProblem` for a name that is too long.
    private func stateDict(_ key: String, _ pairs: [(key: PickleValue, value: PickleValue)]) throws -> StateDict? {
        var places: [String: Int] = [:]
        var tensors: [(name: String, tensor: StoredTensor)] = []
        var unread: [UnreadTensor] = []
        for pair in pairs {
            guard case .text(let name) = pair.key else { continue }
            switch heap[pair.value] {
            case .tensor(let tensor):
                try NameLimit.check(name)
                if let place = places[name] {
                    tensors[place].tensor = tensor
                } else {
                    places[name] = tensors.count
                    tensors.append((name, tensor))
                }
            case .unreadTensor(let type):
                try NameLimit.check(name)
                unread.append(UnreadTensor(name: name, type: type))
            default: break
            }
        }
        return tensors.isEmpty ? nil : StateDict(key: key, tensors: tensors, unread: unread)
    }
}
