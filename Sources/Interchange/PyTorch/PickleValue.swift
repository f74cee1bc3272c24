/// A value on the pickle machine's stack. Whatever contains others lies in a `PickleHeap` and is named by its place there, so
/// that nothing nests and a hostile file can neither build cycles nor exhaust the stack.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    /// More than 64 bits, as its little-endian bytes.
    case large([UInt8])
    case real(Double)
    case text(String)
    case object(Int)
}

/// What contains values, or stands for something of PyTorch's.
enum PickleObject {
    case tuple([PickleValue])
    case list([PickleValue])
    case dictionary([(key: PickleValue, value: PickleValue)])
    case constructor(PickleConstructor)
    case storage(StoredTensor.Storage)
    case tensor(StoredTensor)
    /// Numbers, and a tensor of them, of a type that is not read.
    case unreadStorage(type: String)
    case unreadTensor(type: String)
    /// A type, a device or the like: a word, of which nothing is made.
    case word(String)
}

/// The few things that a pickle may name to be called; everything else is refused.
enum PickleConstructor {
    case orderedDictionary
    case rebuildTensor
    /// The same for types that have no storage class of their own: its last argument is the type.
    case rebuildTypedTensor
    /// Sparse and quantised tensors, which are not read.
    case rebuildOtherTensor(String)
    case rebuildParameter
    case storage(ElementType)
    /// A storage of another type.
    case otherStorage(String)
    /// `torch.Size`: a tuple.
    case size
    /// `torch.device`.
    case device

    /// What a global name stands for, nil where it is not allowed.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("collections", "OrderedDict"): self = .orderedDictionary
        case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
        case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTypedTensor
        case ("torch._utils", "_rebuild_qtensor"): self = .rebuildOtherTensor("quantized")
        case ("torch._utils", "_rebuild_sparse_tensor"): self = .rebuildOtherTensor("sparse")
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch.storage", "UntypedStorage"): self = .otherStorage("untyped")
        case ("torch", "Size"): self = .size
        case ("torch", "device"): self = .device
        case ("torch", _):
            if let type = Self.storageTypes[name] {
                self = .storage(type)
            } else if Self.otherStorageTypes.contains(name) {
                self = .otherStorage(String(name.dropLast("Storage".count)))
            } else {
                return nil
            }
        default: return nil
        }
    }

    /// Whether a global stands for a type of elements, a layout or the like, of which nothing is made.
    static func isWord(module: String, name: String) -> Bool {
        guard module == "torch" else { return false }
        if words.contains(name) { return true }
        // float8_e4m3fn, uint16, complex64, quint4x2 …
        return numberedTypes.contains { name.hasPrefix($0) && name.dropFirst($0.count).first?.isNumber == true }
    }

    private static let words: Set = [
        "bool", "half", "float", "double", "short", "int", "long", "strided", "sparse_coo", "per_tensor_affine",
        "per_channel_affine", "contiguous_format", "channels_last", "preserve_format",
    ]
    private static let numberedTypes = ["float", "bfloat", "int", "uint", "complex", "qint", "quint"]
    private static let otherStorageTypes: Set = [
        "ComplexFloatStorage", "ComplexDoubleStorage", "QInt8Storage", "QUInt8Storage", "QInt32Storage",
        "QUInt4x2Storage", "QUInt2x4Storage",
    ]

    private static let storageTypes: [String: ElementType] = [
        "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
        "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8,
        "ByteStorage": .uint8,
        "BoolStorage": .bool,
    ]
}

/// Everything that a pickle has built.
struct PickleHeap {
    private(set) var objects: [PickleObject] = []
    /// How many items may still be copied from one object to another.
    private var copiesLeft: Int

    /// The most objects of a pickle: a state dict has some five for each tensor.
    static let maximumCount = 1 << 22

    /// - Parameter byteCount: of the pickle. A list is copied once at most in an honest one, and each of its items took a byte.
    init(byteCount: Int) { copiesLeft = byteCount }

    /// Keeps an object and returns what names it.
    mutating func add(_ object: PickleObject) -> PickleValue {
        objects.append(object)
        return .object(objects.count - 1)
    }

    /// Counts items that are to be copied, so that the work stays linear in the pickle's size. False where they are too many.
    mutating func mayCopy(_ count: Int) -> Bool {
        copiesLeft -= count
        return copiesLeft >= 0
    }

    /// The object that a value names, nil for a plain value.
    subscript(value: PickleValue) -> PickleObject? {
        guard case .object(let index) = value else { return nil }
        return objects[index]
    }

    /// The type of the first tensor that is not read; nil where there is none.
    var firstUnreadType: String? {
        objects.lazy.compactMap { object in
            guard case .unreadTensor(let type) = object else { return nil }
            return type
        }.first
    }

    /// The items of a tuple or list.
    func items(_ value: PickleValue) -> [PickleValue]? {
        switch self[value] {
        case .tuple(let items), .list(let items): items
        default: nil
        }
    }

    /// The whole numbers of a tuple or list.
    func integers(_ value: PickleValue) -> [Int]? {
        guard let items = items(value) else { return nil }
        let numbers = items.compactMap { item -> Int? in
            guard case .integer(let number) = item else { return nil }
            return number
        }
        return numbers.count == items.count ? numbers : nil
    }

    /// Appends to a list. False where the value is none.
    mutating func append(_ items: some Sequence<PickleValue>, to list: PickleValue) -> Bool {
        guard case .object(let index) = list, case .list(var old) = objects[index] else { return false }
        // Taken out of the heap while it grows, so that it is not copied.
        objects[index] = .list([])
        old.append(contentsOf: items)
        objects[index] = .list(old)
        return true
    }

    /// Adds pairs to a dictionary. False where the value is none.
    mutating func insert(
        _ pairs: some Sequence<(key: PickleValue, value: PickleValue)>, into dictionary: PickleValue
    ) -> Bool {
        guard case .object(let index) = dictionary, case .dictionary(var old) = objects[index] else { return false }
        objects[index] = .dictionary([])
        old.append(contentsOf: pairs)
        objects[index] = .dictionary(old)
        return true
    }
}
