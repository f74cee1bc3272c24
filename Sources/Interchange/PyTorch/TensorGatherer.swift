/// Cuts tensors out of their storages: each storage is read once, whatever the order of the tensors that lie in it, and only one is in memory.
struct TensorGatherer {
    private let fileLength: Int
    private let storageBytes: (StoredTensor.Storage) throws -> [UInt8]

    /// - Parameter storageBytes: reads a storage's bytes.
    init(fileLength: Int, storageBytes: @escaping (StoredTensor.Storage) throws -> [UInt8]) {
        self.fileLength = fileLength
        self.storageBytes = storageBytes
    }

    /// The tensors' elements, in their order.
    ///
    /// - Throws: `FileProblem` where a tensor does not fit its storage, or a small file would fill the memory by sharing.
    func gather(_ tensors: [(name: String, tensor: StoredTensor)]) throws -> [TensorData] {
        var keys: [String] = []
        var places: [String: [Int]] = [:]
        for (index, (_, tensor)) in tensors.enumerated() {
            if places[tensor.storage.key] == nil { keys.append(tensor.storage.key) }
            places[tensor.storage.key, default: []].append(index)
        }
        var budget = TensorBudget(fileLength: fileLength)
        var gathered = [TensorData?](repeating: nil, count: tensors.count)
        for key in keys {
            var bytes: [UInt8]?
            for index in places[key] ?? [] {
                let (name, tensor) = tensors[index]
                do {
                    let storage = try bytes ?? storageBytes(tensor.storage)
                    bytes = storage
                    try check(storage, tensor.storage)
                    gathered[index] = try tensor.gathered(from: storage, &budget)
                } catch let problem as FileProblem {
                    throw FileProblem("\(problem.text) (tensor \(name.quoted))")
                }
            }
        }
        return gathered.compactMap { $0 }
    }

    private func check(_ bytes: [UInt8], _ storage: StoredTensor.Storage) throws {
        guard storage.type.byteCount(shape: [storage.count]) == bytes.count else {
            throw FileProblem(
                "the storage \(storage.key.shortened) should have \(storage.count) elements of type \(storage.type.rawValue) and has \(bytes.count) bytes"
            )
        }
    }
}
