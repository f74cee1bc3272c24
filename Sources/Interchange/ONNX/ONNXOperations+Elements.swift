import Networks

/// Poolings that look at the elements of each window one by one.
extension ONNXGraphBuilder {
    // MARK: - Comparison

    /// Σ w(x, m)·x / Σ w(x, m), over elements `[k, B, C, h, w]`.
    mutating func comparisonPool(_ details: ComparisonPool, _ node: Node, _ values: [String], map: Shape) throws {
        let (size, kernel) = (node.shape.size, details.window.kernel)
        let elements = windowElements(details, node, values[0])
        let ones = presence(details, map: map.size, size: size)
        let mask =
            !details.window.isPadded ? nil : constant(node, "mask", ones, shape: [kernel.area, 1, 1] + size.pair)
        let centre = slice(node, "centre", values[1], from: [0, 0], count: size, step: 1, axes: [2, 3])
        func masked(_ value: String, _ part: String, _ builder: inout Self) -> String {
            mask.map { builder.step(node, part, "Mul", [value, $0]) } ?? value
        }
        let weights: String
        switch details.weighting {
        case .dice: weights = likeness(node, elements, centre)
        case .detail, .detailAbove:
            let signed = step(node, "difference", "Sub", [elements, centre])
            let distance = details.weighting == .detail ? signed : step(node, "above", "Relu", [signed])
            let squares = step(
                node, "squares", "Add",
                [
                    step(node, "squared", "Mul", [distance, distance]),
                    constant(node, "epsilon", [Float(ComparisonPool.epsilon)], shape: []),
                ])
            let total = sum(node, "total", masked(squares, "counted", &self), keepsDimensions: true)
            let counts = (0..<size.area).map { place in
                (0..<kernel.area).reduce(Float(0)) { $0 + ones[$1 * size.area + place] }
            }
            let mean = step(
                node, "meanSquare", "Div", [total, constant(node, "counts", counts, shape: [1, 1, 1] + size.pair)])
            let ratio = step(node, "ratio", "Div", [squares, mean])
            let halved = step(
                node, "exponent", "Mul", [try channelwise("lambda", node), constant(node, "half", [0.5], shape: [])])
            weights = step(
                node, "weights", "Add", [step(node, "power", "Pow", [ratio, halved]), try channelwise("alpha", node)])
        }
        let shares = masked(weights, "shares", &self)
        let weighted = sum(node, "weighted", step(node, "products", "Mul", [shares, elements]), keepsDimensions: false)
        finish(node, "Div", [weighted, sum(node, "weight", shares, keepsDimensions: false)])
    }

    /// exp(2xm / (x² + m²)).
    private mutating func likeness(_ node: Node, _ elements: String, _ centre: String) -> String {
        let products = step(node, "crossed", "Mul", [elements, centre])
        let twice = step(node, "twice", "Mul", [products, constant(node, "two", [2], shape: [])])
        let own = step(node, "own", "Mul", [elements, elements])
        let other = step(node, "other", "Mul", [centre, centre])
        let tiny = constant(node, "tiny", [Float(ComparisonPool.tiny)], shape: [])
        let norms = step(node, "norms", "Add", [step(node, "both", "Add", [own, other]), tiny])
        return step(node, "weights", "Exp", [step(node, "likeness", "Div", [twice, norms])])
    }

    /// exp of a parameter of each channel, for elements.
    private mutating func channelwise(_ name: String, _ node: Node) throws -> String {
        let exponential = step(node, "\(name)/exp", "Exp", [try parameter(name, of: node)])
        return step(
            node, "\(name)/spread", "Reshape", [exponential, integers(node, "\(name)/shape", [1, 1, -1, 1, 1])])
    }

    private mutating func sum(_ node: Node, _ part: String, _ value: String, keepsDimensions: Bool) -> String {
        step(
            node, part, "ReduceSum", [value, integers(node, "\(part)/axes", [0])],
            [.integer("keepdims", keepsDimensions ? 1 : 0)])
    }

    /// `[k, B, C, h, w]`: element i of each window; 0 outside of the map.
    private mutating func windowElements(_ details: ComparisonPool, _ node: Node, _ value: String) -> String {
        let padded = pad(node, value, details.window, axes: 2)
        let (kernel, dilation) = (details.window.kernel, details.window.dilation)
        let parts = (0..<kernel.area).map { index -> String in
            let start = [index / kernel.width * dilation.height, index % kernel.width * dilation.width]
            return slice(
                node, "element\(index)", padded, from: start, count: node.shape.size, step: details.window.stride,
                axes: [2, 3])
        }
        return stack(node, "elements", parts)
    }

    /// 1 where an element of a window lies on the map, else 0: `[k, h, w]`.
    private func presence(_ details: ComparisonPool, map: Size, size: Size) -> [Float] {
        let window = details.window
        return (0..<window.kernel.area).flatMap { index in
            (0..<size.area).map { place -> Float in
                let y = window.line(index / window.kernel.width, of: place / size.width)
                let x = window.column(index % window.kernel.width, of: place % size.width)
                return (0..<map.height).contains(y) && (0..<map.width).contains(x) ? 1 : 0
            }
        }
    }

    // MARK: - Recurrence

    /// RNNPool, unrolled: maps as `[B, H, W, states]`, lines of a window side by side in front.
    mutating func recurrentPool(_ details: RNNPool, _ node: Node, _ values: [String]) throws {
        let (kernel, dilation, size) = (details.window.kernel, details.window.dilation, node.shape.size)
        let last = step(node, "channelsLast", "Transpose", [values[0]], [.integers("perm", [0, 2, 3, 1])])
        let projected = step(node, "projected", "MatMul", [last, try parameter("cell_rnn.W", of: node)])
        let pixels = pad(node, projected, details.window, axes: 1)
        var states: [String] = []
        for (name, lines, length) in [("rows", kernel.height, kernel.width), ("columns", kernel.width, kernel.height)] {
            let steps = (0..<length).map { place -> String in
                let parts = (0..<lines).map { line -> String in
                    let (y, x) = name == "rows" ? (line, place) : (place, line)
                    let start = [y * dilation.height, x * dilation.width]
                    return slice(
                        node, "\(name)/pixel\(place).\(line)", pixels, from: start, count: size,
                        step: details.window.stride,
                        axes: [1, 2])
                }
                return stack(node, "\(name)/pixels\(place)", parts)
            }
            let read = try lastState("cell_rnn", node, "\(name)/read", steps)
            let summary = step(node, "\(name)/summary", "MatMul", [read, try parameter("cell_bidirrnn.W", of: node)])
            let summaries = (0..<lines).map { line -> String in
                let bounds = [integers(node, "line\(line)", [line]), integers(node, "line\(line + 1)", [line + 1])]
                return step(
                    node, "\(name)/summary\(line)", "Slice", [summary] + bounds + [integers(node, "front", [0])])
            }
            states.append(try lastState("cell_bidirrnn", node, "\(name)/forward", summaries))
            states.append(try lastState("cell_bidirrnn", node, "\(name)/backward", summaries.reversed()))
        }
        let joined = step(node, "joined", "Concat", states, [.integer("axis", 4)])
        let flat = step(node, "flat", "Squeeze", [joined, integers(node, "front", [0])])
        finish(node, "Transpose", [flat], [.integers("perm", [0, 3, 1, 2])])
    }

    /// The state of a FastGRNN cell after a sequence of projected inputs, from zeros.
    private mutating func lastState(_ cell: String, _ node: Node, _ part: String, _ sequence: [String]) throws -> String
    {
        let recurrent = try parameter("\(cell).U", of: node)
        let biases = try (
            gate: parameter("\(cell).bias_gate", of: node), update: parameter("\(cell).bias_update", of: node)
        )
        let zeta = step(node, "\(part)/zeta", "Sigmoid", [try parameter("\(cell).zeta", of: node)])
        let nu = step(node, "\(part)/nu", "Sigmoid", [try parameter("\(cell).nu", of: node)])
        let one = constant(node, "one", [1], shape: [])
        var state: String?
        for (index, projected) in sequence.enumerated() {
            let name = "\(part)/\(index)"
            var input = projected
            if let state {
                let remembered = step(node, "\(name)/remembered", "MatMul", [state, recurrent])
                input = step(node, "\(name)/input", "Add", [projected, remembered])
            }
            let gate = step(
                node, "\(name)/gate", "Sigmoid", [step(node, "\(name)/gateInput", "Add", [input, biases.gate])])
            let update = step(
                node, "\(name)/update", "Tanh", [step(node, "\(name)/updateInput", "Add", [input, biases.update])])
            let open = step(node, "\(name)/open", "Mul", [step(node, "\(name)/rest", "Sub", [one, gate]), zeta])
            let new = step(node, "\(name)/new", "Mul", [step(node, "\(name)/factor", "Add", [open, nu]), update])
            guard let old = state else {
                state = new
                continue
            }
            state = step(node, "\(name)/state", "Add", [new, step(node, "\(name)/kept", "Mul", [gate, old])])
        }
        guard let state else { throw InterchangeError("\(node.name) has a window without lines") }
        return state
    }

    // MARK: - Parts

    /// Zeros around a map whose height is dimension `axes`.
    mutating func pad(_ node: Node, _ value: String, _ window: Window, axes: Int) -> String {
        guard window.isPadded else { return value }
        let front = [Int](repeating: 0, count: axes)
        let back = [Int](repeating: 0, count: 2 - axes)
        let sides = front + window.before.pair + back + front + window.after.pair + back
        return step(node, "padded", "Pad", [value, integers(node, "sides", sides)], [.text("mode", "constant")])
    }

    /// Every `step`-th line and column.
    private mutating func slice(
        _ node: Node, _ part: String, _ value: String, from start: [Int], count: Size, step stride: Size, axes: [Int]
    ) -> String {
        let end = [start[0] + (count.height - 1) * stride.height + 1, start[1] + (count.width - 1) * stride.width + 1]
        let bounds = [("start", start), ("end", end), ("axes", axes), ("steps", stride.pair)].map { name, numbers in
            integers(node, "\(part)/\(name)", numbers)
        }
        return step(node, part, "Slice", [value] + bounds)
    }

    /// Values side by side in a new first dimension.
    private mutating func stack(_ node: Node, _ part: String, _ values: [String]) -> String {
        let front = integers(node, "front", [0])
        let raised = values.enumerated().map { index, value in
            step(node, "\(part)/raised\(index)", "Unsqueeze", [value, front])
        }
        return step(node, part, "Concat", raised, [.integer("axis", 0)])
    }
}
