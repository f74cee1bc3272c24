/// Nodes that only compute with what is known before a model runs: weights that are turned, and the sides of shapes.
extension ONNXGraphReader {
    /// Longer lists are no shapes, and are not computed with.
    private static let mostNumbers = 64

    /// Reads a node whose inputs are all constants. False for any other, and for operators that are not folded.
    mutating func foldConstant(_ node: ONNXNodeProto) throws -> Bool {
        guard node.isStandard, node.input.indices.allSatisfy({ node.input[$0].isEmpty || isConstant(node, $0) }),
            let known = Self.operators[node.opType], node.opType == "Constant" || node.inputCount > 0
        else { return false }
        let isFolded: Bool
        switch node.opType {
        case "Constant", "Identity", "Cast", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze",
            "QuantizeLinear", "DequantizeLinear", "ConstantOfShape", "Shape":
            isFolded = true
        case "Gather", "Slice", "ReduceProd": isFolded = isOfLists(node)
        case "Concat", "Add", "Sub", "Mul", "Div", "Max", "Min":
            isFolded = isOfLists(node) || isOfRealLists(node)
        case "Ceil", "Floor", "Clip": isFolded = isOfRealLists(node)
        default: isFolded = false
        }
        guard isFolded else { return false }
        try known.check(node, readers: readers)
        if node.opType != "Identity", let first = try constant(node, 0) { try fold(8 * first.tensor.count) }
        var result = try folded(node)
        for index in node.input.indices where try constant(node, index)?.isOfShape == true { result.isOfShape = true }
        try set(node, .constant(result))
        return true
    }

    private func isList(_ node: ONNXNodeProto, _ index: Int) -> Bool {
        guard let tensor = try? constant(node, index)?.tensor else { return false }
        return (tensor.type == .int64 || tensor.type == .int32) && tensor.count <= Self.mostNumbers
    }

    /// Whether all that a node takes are short lists of whole numbers.
    private func isOfLists(_ node: ONNXNodeProto) -> Bool {
        node.input.indices.allSatisfy { node.input[$0].isEmpty || isList(node, $0) }
    }

    /// Whether all that a node takes are short lists of real numbers.
    private func isOfRealLists(_ node: ONNXNodeProto) -> Bool {
        node.input.indices.allSatisfy { node.input[$0].isEmpty || isRealList(node, $0) }
    }

    private func isRealList(_ node: ONNXNodeProto, _ index: Int) -> Bool {
        guard let tensor = try? constant(node, index)?.tensor else { return false }
        return tensor.type == .float32 && (1...Self.mostNumbers).contains(tensor.count)
    }

    private mutating func folded(_ node: ONNXNodeProto) throws -> ONNXConstant {
        guard node.opType != "Constant" else { return ONNXConstant(try node.constant()) }
        guard let first = try constant(node, 0) else { throw ONNXNodeProblem.broken("has no input") }
        let shape = first.tensor.shape
        switch node.opType {
        case "Identity": return first
        case "Cast": return try cast(node, first)
        case "Transpose":
            let order = try node.integers("perm") ?? Array(shape.indices.reversed())
            guard order.sorted() == Array(shape.indices), first.tensor.count > 0 else {
                throw ONNXNodeProblem.broken("orders \(shape.count) axes by \(order.shortened)")
            }
            return try first.transposed(order)
        case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
            guard let sides = try changedSides(node, shape, isConstant: true),
                first.tensor.type.byteCount(shape: sides) == first.tensor.bytes.count
            else {
                throw ONNXNodeProblem.broken("does not fit a constant of shape \(shape.shortened)")
            }
            return try first.reshaped(to: sides)
        case "QuantizeLinear": return try quantizedConstant(node, first.tensor)
        case "DequantizeLinear": return try dequantizedConstant(node, first.tensor)
        case "ConstantOfShape": return try filled(node, first.tensor)
        case "Shape": return ONNXConstant(try TensorData(Self.part(of: shape, node).map { Int64($0) }))
        default:
            return ONNXConstant(try isRealList(node, 0) ? realList(node, first.tensor) : list(node))
        }
    }

    /// What an operator makes of short lists of real numbers: margins that are computed of an image's sides.
    private func realList(_ node: ONNXNodeProto, _ first: TensorData) throws -> TensorData {
        let numbers = first.floats()
        func each(_ function: (Float) -> Float) throws -> TensorData {
            try TensorData(numbers.map(function), shape: first.shape)
        }
        switch node.opType {
        case "Ceil": return try each { $0.rounded(.up) }
        case "Floor": return try each { $0.rounded(.down) }
        case "Concat":
            let parts = try node.input.indices.compactMap { try constant(node, $0)?.tensor }
            guard parts.allSatisfy({ $0.shape.count == 1 }), parts.reduce(0, { $0 + $1.count }) <= Self.mostNumbers
            else { throw ONNXNodeProblem.unsupported("joins constants that are no short lists") }
            return try TensorData(parts.flatMap { $0.floats() })
        case "Clip":
            let (low, high) = (try number(node, 1) ?? -.infinity, try number(node, 2) ?? .infinity)
            return try each { min(Float(high), max(Float(low), $0)) }
        default: break
        }
        return try node.input.indices.dropFirst().reduce(first) { result, index in
            guard let other = try constant(node, index)?.tensor else { return result }
            let (a, b) = (result.floats(), other.floats())
            guard a.count == b.count || a.count == 1 || b.count == 1 else {
                throw ONNXNodeProblem.broken("takes lists of \(a.count) and \(b.count) numbers")
            }
            let results = (0..<max(a.count, b.count)).map { index in
                let (left, right) = (a[a.count == 1 ? 0 : index], b[b.count == 1 ? 0 : index])
                return Self.result(node.opType, left, right)
            }
            return try TensorData(results, shape: a.count >= b.count ? result.shape : other.shape)
        }
    }

    private static func result(_ type: String, _ a: Float, _ b: Float) -> Float {
        switch type {
        case "Add": a + b
        case "Sub": a - b
        case "Mul": a * b
        case "Max": max(a, b)
        case "Min": min(a, b)
        default: a / b
        }
    }

    private func cast(_ node: ONNXNodeProto, _ constant: ONNXConstant) throws -> ONNXConstant {
        let target = try node.integer("to", default: 0)
        switch ONNXTensorProto.DataType(rawValue: target) {
        case .float: return ONNXConstant(try TensorData(constant.tensor.floats(), shape: constant.tensor.shape))
        case .int64, .int32:
            guard constant.tensor.type != .float32 else {
                // Towards 0.
                let numbers = constant.tensor.floats().compactMap { Int64(exactly: $0.rounded(.towardZero)) }
                guard numbers.count == constant.tensor.count else {
                    throw ONNXNodeProblem.unsupported("makes whole numbers of such as are beyond 64 bits")
                }
                return ONNXConstant(try TensorData(numbers, shape: constant.tensor.shape))
            }
            let numbers = try wholeNumbers(constant.tensor) {
                ONNXNodeProblem.unsupported("makes whole numbers of such as are none")
            }
            return ONNXConstant(try TensorData(numbers, shape: constant.tensor.shape))
        default: throw ONNXNodeProblem.unsupported("converts to other numbers than float, int32 and int64")
        }
    }

    private func wholeNumbers(
        _ tensor: TensorData, _ problem: () -> ONNXNodeProblem
    ) throws -> [Int64] {
        guard let numbers = try? tensor.int64s() else { throw problem() }
        return numbers
    }

    /// One number as often as a shape wants it.
    private func filled(_ node: ONNXNodeProto, _ sides: TensorData) throws -> ONNXConstant {
        let shape = try wholeNumbers(sides) { ONNXNodeProblem.broken("takes a shape of no whole numbers") }
        guard shape.count <= 1, shape.allSatisfy({ (0...Int64(Self.mostNumbers)).contains($0) }) else {
            throw ONNXNodeProblem.unsupported("makes a constant that is no short list")
        }
        let value = try node.tensor("value") ?? TensorData([0] as [Float], shape: [1])
        guard value.count == 1 else {
            throw ONNXNodeProblem.broken("repeats \(value.count) numbers, and one is wanted")
        }
        let count = shape.reduce(1) { $0 * Int($1) }
        return ONNXConstant(
            try TensorData(
                type: value.type, shape: shape.map { Int($0) },
                bytes: [[UInt8]](repeating: value.bytes, count: count).flatMap { $0 }))
    }

    // MARK: - Lists of whole numbers

    /// What an operator makes of short lists.
    private func list(_ node: ONNXNodeProto) throws -> TensorData {
        func numbers(_ index: Int) throws -> [Int64] { try wholeNumbers(node, index) ?? [] }
        let tensors = try node.input.indices.compactMap { try constant(node, $0)?.tensor }
        let first = try numbers(0)
        let shape = tensors[0].shape
        switch node.opType {
        case "Concat":
            guard tensors.allSatisfy({ $0.shape.count == 1 }), tensors.reduce(0, { $0 + $1.count }) <= Self.mostNumbers
            else { throw ONNXNodeProblem.unsupported("joins constants that are no short lists") }
            return try TensorData(tensors.indices.flatMap { try numbers($0) })
        case "Gather":
            guard shape.count == 1, try node.integer("axis", default: 0) == 0 else {
                throw ONNXNodeProblem.unsupported("picks from a constant that is no list")
            }
            let picked = try numbers(1).map { index -> Int64 in
                let place = index < 0 ? index + Int64(first.count) : index
                guard (0..<Int64(first.count)).contains(place) else {
                    throw ONNXNodeProblem.broken("picks number \(index) of \(first.count)")
                }
                return first[Int(place)]
            }
            return try TensorData(picked, shape: tensors[1].shape)
        case "Slice": return try slicedLines(node, first, shape)
        case "ReduceProd":
            let product = try first.reduce(Int64(1)) { try Self.checked($0.multipliedReportingOverflow(by: $1)) }
            return try TensorData([product], shape: node.integer("keepdims", default: 1) == 0 ? [] : [1])
        default:
            let second = try numbers(1)
            guard first.count == second.count || first.count == 1 || second.count == 1, !first.isEmpty, !second.isEmpty
            else { throw ONNXNodeProblem.broken("takes lists of \(first.count) and \(second.count) numbers") }
            let results = try (0..<max(first.count, second.count)).map { index in
                try Self.result(
                    node.opType, first[first.count == 1 ? 0 : index], second[second.count == 1 ? 0 : index])
            }
            return try TensorData(results, shape: first.count >= second.count ? shape : tensors[1].shape)
        }
    }

    private static func result(_ type: String, _ a: Int64, _ b: Int64) throws -> Int64 {
        switch type {
        case "Add": return try checked(a.addingReportingOverflow(b))
        case "Sub": return try checked(a.subtractingReportingOverflow(b))
        case "Mul": return try checked(a.multipliedReportingOverflow(by: b))
        case "Max": return max(a, b)
        case "Min": return min(a, b)
        default: return try checked(a.dividedReportingOverflow(by: b))
        }
    }

    private static func checked(_ result: (partialValue: Int64, overflow: Bool)) throws -> Int64 {
        guard !result.overflow else { throw ONNXNodeProblem.broken("computes a number beyond 64 bits") }
        return result.partialValue
    }

    /// Some lines of a list or of a table, along its first axis, perhaps backwards.
    private func slicedLines(_ node: ONNXNodeProto, _ numbers: [Int64], _ shape: [Int]) throws -> TensorData {
        let refusal = ONNXNodeProblem.unsupported("cuts a constant otherwise than along its first axis")
        func one(_ index: Int, _ fallback: Int64?) throws -> Int64 {
            guard let list = try wholeNumbers(node, index) else {
                guard let fallback else { throw ONNXNodeProblem.broken("does not say where it starts and ends") }
                return fallback
            }
            guard list.count == 1 else { throw refusal }
            return list[0]
        }
        guard operatorSet >= 10, let lines = shape.first, lines > 0, !numbers.isEmpty else { throw refusal }
        let (start, end) = (try one(1, nil), try one(2, nil))
        let (axis, step) = (try one(3, 0), try one(4, 1))
        guard axis == 0 || axis == -Int64(shape.count), step == 1 || step == -1 else { throw refusal }
        let count = Int64(lines)
        func bound(_ value: Int64, _ range: ClosedRange<Int64>) -> Int64 {
            min(range.upperBound, max(range.lowerBound, value < 0 ? value &+ count : value))
        }
        let picked: [Int64] =
            step == 1
            ? Array(bound(start, 0...count)..<max(bound(start, 0...count), bound(end, 0...count)))
            : Array(
                stride(
                    from: bound(start, 0...count - 1), to: end < -count ? -1 : bound(end, -1...count - 1), by: -1))
        let width = numbers.count / lines
        return try TensorData(
            picked.flatMap { line in numbers[Int(line) * width..<(Int(line) + 1) * width] },
            shape: [picked.count] + shape.dropFirst())
    }
}
