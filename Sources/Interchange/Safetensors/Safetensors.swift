/// The contents of a safetensors file: named tensors in order, and a map of strings.
///
/// The format (https://github.com/huggingface/safetensors#format) is 8 bytes of header length, little endian; a JSON
/// header that gives each name its type, shape and place in the data; then the data.
///
///     var file = Safetensors(metadata: ["format": "pt"])
///     file["fc.weight"] = try TensorData([1, 2, 3, 4] as [Float], shape: [2, 2])
///     try file.write(to: "model.safetensors")
///     let weight = try Safetensors(contentsOf: "model.safetensors")["fc.weight"]
///
/// Names are compared as Swift strings: two spellings of one text in Unicode (canonical equivalents) are one name.
public struct Safetensors: Sendable, Equatable {
    /// The names of all tensors: the order of the file's header, then that of insertion.
    public private(set) var names: [String] = []
    /// Free text under `__metadata__`.
    public var metadata: [String: String]
    /// Tensors of a file that the format allows and that are not read, because their elements are of a type that no weights here have.
    public internal(set) var unread: [UnreadTensor] = []

    private var tensorsByName: [String: TensorData] = [:]

    /// No tensors yet.
    public init(metadata: [String: String] = [:]) {
        self.metadata = metadata
    }

    /// The given tensors in their order; of several under one name, the first keeps its place and the last its value.
    public init(_ tensors: some Sequence<(name: String, tensor: TensorData)>, metadata: [String: String] = [:]) {
        self.metadata = metadata
        for (name, tensor) in tensors {
            self[name] = tensor
        }
    }

    /// The number of tensors.
    public var count: Int { names.count }

    /// Every tensor with its name, in order.
    public var tensors: [(name: String, tensor: TensorData)] {
        names.compactMap { name in tensorsByName[name].map { (name, $0) } }
    }

    /// The tensor under a name. Setting a new name appends it; setting nil removes it.
    public subscript(name: String) -> TensorData? {
        get { tensorsByName[name] }
        set {
            let previous = tensorsByName.updateOrRemove(newValue, forKey: name)
            switch (previous, newValue) {
            case (nil, .some): names.append(name)
            case (.some, nil): names.removeAll { $0 == name }
            case (nil, nil), (.some, .some): break
            }
        }
    }
}

extension Dictionary {
    /// Sets or removes a value and returns the one before.
    fileprivate mutating func updateOrRemove(_ value: Value?, forKey key: Key) -> Value? {
        if let value {
            return updateValue(value, forKey: key)
        }
        return removeValue(forKey: key)
    }
}
