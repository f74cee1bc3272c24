import Networks

extension RNNPool: ONNXOperation {
    func append(_ node: Node, _ values: [String], _ shapes: [Shape], to graph: inout ONNXGraphBuilder) throws {
        try graph.recurrentPool(self, node, values)
    }

    func bulk(_ node: Node, _ map: Shape) -> ONNXBulk { ONNXBulk(operators: ONNXBulk.area(window.kernel)) }
    func restored(_ parameter: String, from parts: ONNXParts) -> ONNXRestored { .withoutEffect }
}

extension ONNXGraphBuilder {
    /// RNNPool, unrolled: maps as `[B, H, W, states]`, lines of a window side by side in front.
    fileprivate mutating func recurrentPool(_ details: RNNPool, _ node: Node, _ values: [String]) throws {
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
}
