/// A tensor whose elements are of a type that is not read here.
public struct UnreadTensor: Sendable, Equatable {
    public let name: String
    /// As the file names it.
    public let type: String
}

/// Named tensors of a file whose elements are not read yet: a state dict, or one of several that a checkpoint holds.
struct TensorSet: Sendable {
    /// Where it lies in the file: `state_dict`, `model.ema`; empty at the top.
    let key: String
    let names: [String]
    /// One for each name.
    let shapes: [[Int]]
    let unread: [UnreadTensor]

    /// No tensors.
    static let empty = TensorSet(key: "", names: [], shapes: [], unread: [])
}

/// The sets of a file, and how to read them.
struct TensorSource {
    let sets: [TensorSet]
    /// The names of the tensors of each set in the file.
    let fullNames: [[String]]
    /// What a file says that its weights are: the architecture's name in a checkpoint, metadata.
    var descriptions: [String]
    /// Reads tensors of a set, named by their places in it, in that order.
    let read: (_ set: Int, _ places: [Int]) throws -> [TensorData]

    /// Sets that are read when they are asked for.
    init(
        sets: [TensorSet], descriptions: [String],
        read: @escaping (_ set: Int, _ places: [Int]) throws -> [TensorData]
    ) {
        (self.sets, self.descriptions, self.read) = (sets, descriptions, read)
        fullNames = sets.map(\.names)
    }

    /// What stands before a slash in the names of our checkpoints, which `format` in the metadata tells.
    private static let checkpointKeys = ["ema", "optimizer"]

    /// The tensors of a safetensors file: of one of our checkpoints the weights, their average (`ema/…`) and the optimiser's state each for
    /// themselves.
    init(_ file: Safetensors) {
        var keys: [String] = []
        var members: [String: [(name: String, full: String)]] = [:]
        let isCheckpoint = file.metadata["format"]?.hasPrefix("sapool-checkpoint") ?? false
        for name in file.names {
            // Other slashes are those of nodes' names.
            let key = isCheckpoint ? Self.checkpointKeys.first { name.hasPrefix($0 + "/") } : nil
            if members[key ?? ""] == nil { keys.append(key ?? "") }
            members[key ?? "", default: []].append((key.map { String(name.dropFirst($0.count + 1)) } ?? name, name))
        }
        // Names with slashes alone are another program's, and one set.
        if members[""] == nil || keys.count == 1 {
            keys = [""]
            members = ["": file.names.map { (name: $0, full: $0) }]
        }
        let groups = keys.map { members[$0] ?? [] }
        sets = zip(keys, groups).map { key, group in
            TensorSet(
                key: key.isEmpty && keys.count > 1 ? "model" : key, names: group.map(\.name),
                shapes: group.map { file[$0.full]?.shape ?? [] }, unread: key.isEmpty ? file.unread : [])
        }
        let fullNames = groups.map { $0.map(\.full) }
        self.fullNames = fullNames
        descriptions = file.metadata.values.filter { $0.utf8.count < 200 }
        read = { set, places in places.compactMap { file[fullNames[set][$0]] } }
    }
}
