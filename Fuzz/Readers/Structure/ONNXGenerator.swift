/// Writes ONNX graphs that hang together: every value has a shape, operators take what they can. Here and there something is odd.
struct ONNXGenerator {
    static let operators = [
        "Add", "AveragePool", "BatchNormalization", "Cast", "Ceil", "Clip", "Concat", "Constant", "ConstantOfShape",
        "Conv",
        "DepthToSpace", "DequantizeLinear", "Div", "Dropout", "Exp", "Flatten", "Floor", "Gather", "Gemm",
        "GlobalAveragePool",
        "GlobalMaxPool", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "MatMul", "Max", "MaxPool", "Min", "Mul",
        "PRelu",
        "Pad",
        "QuantizeLinear", "ReduceMax", "ReduceMean", "ReduceProd", "Relu", "Reshape", "Resize", "Shape", "Sigmoid",
        "Slice", "Softmax", "Softplus", "SpaceToDepth", "Split", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze",
    ]

    private var chance: Chance
    /// How seldom something is odd; at each place.
    private let oddness: Int
    private var graph = WireMessage()
    private var constants: [WireMessage] = []
    private var values: [(name: String, shape: [Int])] = []
    private var count = 0

    /// A model of up to twelve operators.
    static func model(_ chance: inout Chance) -> [UInt8] {
        var generator = ONNXGenerator(chance: Chance(seed: chance.next()), oddness: chance.one(of: [12, 40, 1000]))
        return generator.model()
    }

    private init(chance: Chance, oddness: Int) {
        self.chance = chance
        self.oddness = oddness
    }

    private mutating func model() -> [UInt8] {
        let shape = [1 + chance.below(4), chance.one(of: [1, 2, 5, 8]), chance.one(of: [1, 4, 7, 8])]
        values = [("image", shape)]
        for _ in 0...chance.below(12) { append(chance.one(of: Self.operators)) }
        graph = graph.with(2, "graph")
        for constant in constants { graph = graph.with(5, constant) }
        graph = graph.with(11, Self.value("image", [1] + shape.map { number($0) }))
        let output = chance.once(in: 4) ? chance.one(of: values).name : values[values.count - 1].name
        graph = graph.with(12, Self.value(output, [1, 1]))
        if chance.once(in: 4) { graph = graph.with(12, Self.value(chance.one(of: values).name, [1, 1])) }
        // What axes and attributes mean depends on the version.
        let version = chance.once(in: 3) ? chance.one(of: [7, 9, 10, 11, 12, 13, 18]) : 17
        return WireMessage().with(1, 8).with(7, graph).with(8, WireMessage().with(1, "").with(2, version)).encoded
    }

    private static func value(_ name: String, _ shape: [Int]) -> WireMessage {
        let sides = shape.reduce(WireMessage()) { $0.with(1, WireMessage().with(1, $1)) }
        let tensor = WireMessage().with(1, 1).with(2, sides)
        return WireMessage().with(1, name).with(2, WireMessage().with(1, tensor))
    }

    /// A number, or now and then an odd one.
    private mutating func number(_ value: Int) -> Int { chance.once(in: oddness) ? chance.oddNumber() : value }

    // MARK: - Parts of a graph

    /// A constant of zeros and small numbers; its name.
    private mutating func constant(_ shape: [Int], ints: [Int]? = nil) -> String {
        count += 1
        let name = chance.once(in: oddness) ? chance.one(of: values).name : "c\(count).weight"
        let sides = shape.map { number($0) }
        var tensor = WireMessage().with(1, sides).with(8, name)
        if let ints {
            tensor = tensor.with(2, 7).with(7, ints.map { number($0) })
        } else {
            let elements = max(0, min(4096, shape.reduce(1, *)))
            tensor = tensor.with(2, number(1)).with(9, .bytes((0..<4 * elements).map { UInt8($0 % 4 == 3 ? 60 : 0) }))
        }
        constants.append(tensor)
        return name
    }

    /// Given numbers, single precision.
    private mutating func constant(_ shape: [Int], numbers: [Float]) -> String {
        count += 1
        let bytes = numbers.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
        constants.append(WireMessage().with(1, shape).with(2, number(1)).with(8, "c\(count)").with(9, .bytes(bytes)))
        return "c\(count)"
    }

    /// Bytes, of int8 or uint8; now and then none, under sides that no memory holds.
    private mutating func wholeConstant(_ shape: [Int], _ numbers: [Int]) -> String {
        count += 1
        let isEmpty = chance.once(in: 4 * oddness)
        let sides = isEmpty ? shape.prefix(1) + [0, 1 << 40, 1 << 40] : shape
        let bytes = isEmpty ? [] : numbers.map { UInt8(truncatingIfNeeded: $0) }
        let type = number(chance.one(of: [2, 3]))
        constants.append(WireMessage().with(1, sides).with(2, type).with(8, "c\(count)").with(9, .bytes(bytes)))
        return "c\(count)"
    }

    /// Zero points of whole weights: bytes, or now and then numbers of 32 bits, which may be none of the weights'.
    private mutating func zeroPoints(_ shape: [Int], _ lines: Int) -> String {
        guard chance.once(in: oddness) else { return wholeConstant(shape, [Int](repeating: 0, count: lines)) }
        count += 1
        let numbers = (0..<lines).map { _ in Int32(truncatingIfNeeded: number(0)) }
        let bytes = numbers.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
        constants.append(WireMessage().with(1, shape).with(2, 6).with(8, "c\(count)").with(9, .bytes(bytes)))
        return "c\(count)"
    }

    /// Whole weights behind a DequantizeLinear, with a scale for all or for each output.
    private mutating func dequantized(_ shape: [Int]) -> String {
        let elements = max(0, min(4096, shape.reduce(1, *)))
        let weights = wholeConstant(shape, (0..<elements).map { $0 % 255 - 127 })
        let lines = chance.once(in: 2) ? 1 : shape[0]
        let scaled = lines == 1 ? [] : [lines]
        let scales = constant(scaled, numbers: [Float](repeating: 0.01, count: lines))
        let zeros = chance.once(in: 3) ? zeroPoints(scaled, lines) : ""
        let output = "w\(count)"
        let node = WireMessage().with(1, weights).with(1, scales).with(1, zeros).with(2, output)
            .with(4, "DequantizeLinear")
        graph = graph.with(1, node.with(5, Self.attribute("axis", number(0))))
        return output
    }

    private static func attribute(_ name: String, _ integer: Int) -> WireMessage {
        WireMessage().with(1, name).with(3, integer).with(20, 2)
    }

    private static func attribute(_ name: String, _ integers: [Int]) -> WireMessage {
        WireMessage().with(1, name).with(8, integers).with(20, 7)
    }

    private static func attribute(_ name: String, _ text: String) -> WireMessage {
        WireMessage().with(1, name).with(4, text).with(20, 3)
    }

    private mutating func add(
        _ type: String, _ inputs: [String], _ attributes: [WireMessage] = [], shape: [Int]
    ) {
        count += 1
        var inputs = inputs
        if chance.once(in: oddness), !inputs.isEmpty { inputs.remove(at: chance.below(inputs.count)) }
        if chance.once(in: oddness) { inputs.append(chance.one(of: values).name) }
        let output = chance.once(in: oddness) ? chance.one(of: values).name : "v\(count)"
        var node = inputs.reduce(WireMessage()) { $0.with(1, $1) }.with(2, output)
        node = node.with(3, "n\(count)").with(4, type)
        for attribute in attributes where !chance.once(in: oddness) { node = node.with(5, attribute) }
        graph = graph.with(1, node)
        values.append((output, shape))
    }

    /// A node of several results, each of them some of the channels.
    private mutating func split(_ x: String, _ shape: [Int], _ counts: [Int]) {
        count += 1
        var node = WireMessage().with(1, x).with(1, constant([counts.count], ints: counts))
        for (index, channels) in counts.enumerated() {
            let output = "v\(count).\(index)"
            node = node.with(2, output)
            values.append((output, [channels] + shape.dropFirst()))
        }
        node = node.with(3, "n\(count)").with(4, "Split").with(5, Self.attribute("axis", number(1)))
        graph = graph.with(1, node)
    }

    // MARK: - Operators

    private mutating func append(_ type: String) {
        let (x, shape) = chance.once(in: 4) ? chance.one(of: values) : values[values.count - 1]
        let isMap = shape.count == 3
        let (channels, features) = (shape[0], shape.reduce(1, *))
        switch type {
        case "Conv" where isMap:
            let (outputs, kernel) = (1 + chance.below(4), chance.one(of: [1, 1, 3]))
            let groups = chance.once(in: 4) ? channels : 1
            let made = groups == 1 ? outputs : channels
            let sides = [made, channels / groups, kernel, kernel]
            let weight = chance.once(in: 2) ? constant(sides) : dequantized(sides)
            let inputs = chance.once(in: 2) ? [x, weight] : [x, weight, constant([made])]
            add(
                type, inputs, window(kernel) + [Self.attribute("group", number(groups))],
                shape: [made] + shape.dropFirst())
        case "MaxPool" where isMap, "AveragePool" where isMap:
            add(type, [x], window(3) + [Self.attribute("kernel_shape", [number(3), number(3)])], shape: shape)
        case "BatchNormalization":
            let parameters = (0..<4).map { _ in constant([channels]) }
            add(type, [x] + parameters, [Self.attribute("training_mode", number(0))], shape: shape)
        case "GlobalAveragePool" where isMap, "GlobalMaxPool" where isMap: add(type, [x], shape: [channels, 1, 1])
        case "ReduceMean" where isMap, "ReduceMax" where isMap:
            let axes = Self.attribute("axes", [number(2), number(3)])
            add(type, [x], [axes, Self.attribute("keepdims", number(0))], shape: [channels])
        case "Flatten": add(type, [x], [Self.attribute("axis", number(1))], shape: [features])
        case "Reshape": add(type, [x, constant([2], ints: [1, -1])], shape: [features])
        case "Squeeze": add(type, [x, constant([2], ints: [2, 3])], shape: [channels])
        case "Gemm":
            let outputs = 1 + chance.below(5)
            let flag = chance.below(2)
            let matrix = constant(flag == 1 ? [outputs, channels] : [channels, outputs])
            add(type, [x, matrix, constant([outputs])], [Self.attribute("transB", number(flag))], shape: [outputs])
        case "MatMul":
            let outputs = 1 + chance.below(5)
            add(type, [x, constant([channels, outputs])], shape: [outputs])
            if chance.once(in: 2) {
                add("Add", [values[values.count - 1].name, constant([outputs])], shape: [outputs])
            }
        case "Transpose" where isMap && channels % 2 == 0 && chance.once(in: 2):
            // Channels that are shuffled, in two groups or more.
            let groups = chance.one(of: [2, channels])
            let cut = [1, groups, channels / groups] + shape.dropFirst()
            add("Reshape", [x, constant([5], ints: cut)], shape: cut)
            let turned = values.removeLast().name
            add(type, [turned], [Self.attribute("perm", [0, number(2), 1, 3, 4])], shape: cut)
            let joined = values.removeLast().name
            add("Reshape", [joined, constant([4], ints: [1] + shape)], shape: shape)
        case "Transpose" where isMap:
            // To channels last and back, or to where it cannot go.
            let turned = "v\(count + 1)"
            add(type, [x], [Self.attribute("perm", [number(0), 2, 3, 1])], shape: [shape[1], shape[2], channels])
            if !chance.once(in: 3) {
                add(type, [turned], [Self.attribute("perm", [0, number(3), 1, 2])], shape: shape)
            }
        case "QuantizeLinear", "DequantizeLinear":
            // Both, one behind the other, at one scale.
            let scale = constant([], numbers: [0.0625])
            let zero = wholeConstant([], [chance.below(256)])
            add("QuantizeLinear", [x, scale, zero], shape: shape)
            if !chance.once(in: 8) {
                add("DequantizeLinear", [values[values.count - 1].name, scale, zero], shape: shape)
            }
        case "Shape":
            // A flattening by the batch's size, as exporters write it.
            add("Shape", [x], shape: [shape.count + 1])
            let sides = values.removeLast().name
            add("Gather", [sides, constant([1], ints: [number(0)])], [Self.attribute("axis", number(0))], shape: [1])
            let batch = values.removeLast().name
            add("Concat", [batch, constant([1], ints: [number(-1)])], [Self.attribute("axis", number(0))], shape: [2])
            let target = values.removeLast().name
            add("Reshape", [x, target], shape: [features])
        case "Div": add(type, [x, constant([1])], shape: shape)
        case "Ceil", "Floor", "Max", "Min":
            // A margin that is computed of real numbers.
            let isPair = type == "Max" || type == "Min"
            add(type, [constant([], numbers: [1.5])] + (isPair ? [constant([], numbers: [0.5])] : []), shape: [])
            let real = values.removeLast().name
            add("Cast", [real], [Self.attribute("to", number(7))], shape: [])
            let whole = values.removeLast().name
            add("Unsqueeze", [whole, constant([1], ints: [0])], shape: [1])
            let side = values.removeLast().name
            let front = constant([7], ints: [Int](repeating: 0, count: 7))
            add("Concat", [front, side], [Self.attribute("axis", number(0))], shape: [8])
            let margins = values.removeLast().name
            guard isMap else { return add("Relu", [x], shape: shape) }
            add("Pad", [x, margins], shape: [channels, shape[1], shape[2] + 1])
        case "Unsqueeze" where !isMap:
            add(type, [x, constant([2], ints: [number(2), number(3)])], shape: [channels, 1, 1])
        case "Concat":
            let alike = values.filter { $0.shape.count == shape.count && $0.shape.dropFirst() == shape.dropFirst() }
            let parts = (0...chance.below(3)).map { _ in chance.one(of: alike) }
            let joined = parts.reduce(0) { $0 + $1.shape[0] }
            add(
                type, parts.map(\.name), [Self.attribute("axis", number(1))], shape: [joined] + shape.dropFirst())
        case "Slice":
            let start = chance.below(channels)
            let count = 1 + chance.below(channels - start)
            let bounds = [start, start + count, 1, 1].map { constant([1], ints: [$0]) }
            add(type, [x] + bounds, shape: [count] + shape.dropFirst())
        case "Split":
            let front = 1 + chance.below(channels)
            let counts = [front, channels - front].filter { $0 > 0 }
            split(x, shape, counts)
        case "Pad" where isMap:
            let sides = (0..<4).map { _ in chance.below(3) }
            let given = constant([8], ints: [0, 0, sides[0], sides[1], 0, 0, sides[2], sides[3]])
            add(
                type, [x, given],
                shape: [channels, shape[1] + sides[0] + sides[2], shape[2] + sides[1] + sides[3]])
        case "Resize" where isMap:
            let sides = [1 + chance.below(12), 1 + chance.below(12)]
            let ways = ["half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners", "tf_half_pixel_for_nn"]
            let attributes = [
                Self.attribute("mode", chance.one(of: ["nearest", "linear"])),
                Self.attribute("coordinate_transformation_mode", chance.one(of: ways)),
                Self.attribute("nearest_mode", chance.one(of: ["floor", "round_prefer_floor", "round_prefer_ceil"])),
            ]
            add(type, [x, "", "", constant([4], ints: [1, channels] + sides)], attributes, shape: [channels] + sides)
        case "PRelu":
            add(type, [x, constant(isMap ? [channels, 1, 1] : [channels])], shape: shape)
        case "Softmax": add(type, [x], [Self.attribute("axis", number(1))], shape: shape)
        case "Sub":
            let alike = values.filter { $0.shape == shape }
            add(type, [x, chance.one(of: alike).name], shape: shape)
        case "Add", "Mul":
            let alike = values.filter { $0.shape == shape }
            let other = chance.once(in: 3) ? constant([1]) : chance.one(of: alike).name
            add(type, chance.once(in: 2) ? [x, other] : [other, x], shape: shape)
        case "Clip": add(type, [x, constant([]), constant([])], shape: shape)
        case "DepthToSpace" where isMap:
            let attributes = [Self.attribute("blocksize", number(2)), Self.attribute("mode", "CRD")]
            add(type, [x], attributes, shape: [max(1, channels / 4), shape[1] * 2, shape[2] * 2])
        case "SpaceToDepth" where isMap:
            add(
                type, [x], [Self.attribute("blocksize", number(2))],
                shape: [channels * 4, max(1, shape[1] / 2), max(1, shape[2] / 2)])
        case "Constant":
            let tensor = WireMessage().with(1, [number(1)]).with(2, 1).with(9, .bytes([0, 0, 128, 63]))
            add(type, [], [WireMessage().with(1, "value").with(5, tensor).with(20, 4)], shape: [1])
        default: add(type, [x], shape: shape)
        }
    }

    /// Strides 1 and the padding that keeps a map's size.
    private mutating func window(_ kernel: Int) -> [WireMessage] {
        let pad = kernel / 2
        return [
            Self.attribute("strides", [number(1), number(1)]),
            Self.attribute("pads", [number(pad), number(pad), number(pad), number(pad)]),
            Self.attribute("dilations", [number(1), number(1)]),
        ]
    }
}
