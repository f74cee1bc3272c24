import Planning

/// Steps that run together, row by row, as nested loops.
///
/// The planner's order is driven by demand: the stripe's last value is brought one row further, and a row that lacks rows of an operand has
/// them computed first. So the loop over a layer's rows lies inside the loop over the rows of the layer that reads it, and a layer
/// that several others read becomes a method that brings it to a given row.
struct StripeSource {
    /// What the loops have to know of a step.
    struct Layer {
        let step: Int
        /// The method that computes a row: `depthwise2`.
        let function: String
        let passes: Int
        /// Whether its value appears with its last pass.
        let writesAtEnd: Bool
        /// Whether it is the image's arrival, whose rows come from outside.
        let isArrival: Bool
        /// The values that it reads, each once, and how many of their rows.
        let operands: [(value: Int, demand: RowDemand)]
    }

    /// The structure's name.
    let name: String
    /// The structure's declaration.
    private(set) var text = ""
    /// What the loops run, to be compared with the plan.
    let order: [RowTask]
    /// The step with which the image's rows arrive in it; nil where none do.
    let arrival: Int?

    private let layers: [Int: Layer]
    private let steps: Range<Int>
    /// For each layer the layer whose counter it shares, because it computes the same row just before that.
    private var counters: [Int: Int] = [:]
    private var methods: Set<Int> = []

    /// - Parameters:
    ///   - layers: all steps of the plan.
    ///   - sinks: the stripe's steps whose values are read behind it.
    init(_ stripe: MemoryPlan.Stripe, _ layers: [Layer], sinks: [Int]) {
        steps = stripe.steps
        name = "Layers\(steps.lowerBound)To\(steps.upperBound - 1)"
        let own = layers[steps]
        arrival = own.first(where: \.isArrival)?.step
        self.layers = Dictionary(uniqueKeysWithValues: own.map { ($0.step, $0) })
        var replay = DemandOrder(Array(own), first: steps.lowerBound)
        let runs = replay.run(sinks)
        order = replay.order

        var sites: [Int: Int] = [:]
        for layer in own {
            for operand in layer.operands where steps.contains(operand.value) { sites[operand.value, default: 0] += 1 }
        }
        for (step, _) in runs { sites[step, default: 0] += 1 }
        methods = Set(sites.filter { $0.value > 1 && $0.key != arrival }.keys)
        shareCounters(own, sinks)
        write(runs)
    }

    /// Counters of rows.
    var counterCount: Int { steps.count { counters[$0] == nil } }

    /// The steps of which a row is computed without a place to stop: each with those that share its counter.
    var inseparable: [[Int]] {
        Dictionary(grouping: steps) { owner($0) }.sorted { $0.key < $1.key }.map(\.value)
    }

    private func counter(_ step: Int) -> String { "y\(owner(step))" }

    /// The layer whose counter a layer has.
    private func owner(_ step: Int) -> Int {
        var step = step
        while let reader = counters[step] { step = reader }
        return step
    }

    /// A layer whose only reader takes its row y for row y needs neither a loop nor a counter of its own.
    private mutating func shareCounters(_ own: ArraySlice<Layer>, _ sinks: [Int]) {
        for reader in own {
            let inside = reader.operands.filter { steps.contains($0.value) }
            guard inside.count == 1, let operand = inside.first, operand.value != arrival,
                let layer = layers[operand.value],
                !methods.contains(operand.value), !sinks.contains(operand.value), !layer.writesAtEnd,
                layer.passes == reader.passes, operand.demand.isOwnRow(of: reader.passes)
            else { continue }
            counters[operand.value] = reader.step
        }
    }

    // MARK: - Text

    private mutating func write(_ runs: [(step: Int, end: Int)]) {
        let own = steps.filter { counters[$0] == nil }
        let title =
            arrival != nil
            ? "the image and of layers \(steps.lowerBound + 1) to \(steps.upperBound - 1)"
            : "layers \(steps.lowerBound) to \(steps.upperBound - 1)"
        text += """
            /// The rows of \(title), which run together: inside each loop over a layer's rows lie those of the layers that it reads.
            struct \(name) {
                /// Rows that are done.
            \(own.map { "    var y\($0) = 0" }.joined(separator: "\n"))

                /// Goes on\(arrival != nil ? " as far as the image's rows allow" : ""), by as many rows as `work` says; true at the end.
                @inline(never)
                mutating func run(_ network: Network, _ work: inout Work) -> Bool {

            """
        for (step, end) in runs { bring(step, to: "\(end)", 2) }
        text += "        return true\n    }\n"
        for step in methods.sorted() { writeMethod(step) }
        text += "}\n"
    }

    private mutating func line(_ depth: Int, _ line: String) {
        text += String(repeating: "    ", count: depth) + line + "\n"
    }

    /// Code that brings a value to `end` rows.
    private mutating func bring(_ step: Int, to end: String, _ depth: Int) {
        guard let layer = layers[step] else { return }
        if step == arrival {
            line(depth, "guard y\(step) >= \(end) else { return false }")
        } else if methods.contains(step) {
            line(depth, "guard rows\(step)(to: \(end), network, &work) else { return false }")
        } else {
            writeLoop(layer, to: end, depth)
        }
    }

    /// The loop over a layer's rows. Where it leaves off nothing is lost: the counters say all.
    private mutating func writeLoop(_ layer: Layer, to end: String, _ depth: Int) {
        line(depth, "while y\(layer.step) < \(end) {")
        writeRow(layer, depth + 1)
        line(depth + 1, "y\(layer.step) += 1")
        line(depth + 1, "if work.isSpent(\(layer.step)) { return false }")
        line(depth, "}")
    }

    /// One row of a layer, behind the rows that it takes.
    private mutating func writeRow(_ layer: Layer, _ depth: Int) {
        let y = counter(layer.step)
        for operand in layer.operands where steps.contains(operand.value) {
            guard let source = layers[operand.value] else { continue }
            if counters[operand.value] == layer.step {
                writeRow(source, depth)
            } else {
                bring(
                    operand.value,
                    to: source.writesAtEnd ? "\(source.passes)" : operand.demand.source(y, rows: layer.passes), depth)
            }
        }
        line(depth, "network.\(layer.function)(\(y))")
    }

    private mutating func writeMethod(_ step: Int) {
        guard let layer = layers[step] else { return }
        text += "\n"
        line(1, "/// Rows of layer \(step), which several layers read.")
        line(1, "mutating func rows\(step)(to end: Int, _ network: Network, _ work: inout Work) -> Bool {")
        writeLoop(layer, to: "end", 2)
        line(2, "return true")
        line(1, "}")
    }
}

/// The order in which demand-driven loops run passes.
private struct DemandOrder {
    private(set) var order: [RowTask] = []
    private let layers: [StripeSource.Layer]
    private let first: Int
    private var progress: [Int]

    init(_ layers: [StripeSource.Layer], first: Int) {
        self.layers = layers
        self.first = first
        progress = [Int](repeating: 0, count: layers.count)
    }

    /// Brings the value that has the smallest part of its passes behind it (the latest of several) one pass further, until all are done.
    ///
    /// - Returns: which values were brought to which row, one behind the other.
    mutating func run(_ sinks: [Int]) -> [(step: Int, end: Int)] {
        var runs: [(step: Int, end: Int)] = []
        while true {
            var chosen: Int?
            for sink in sinks.sorted() where progress[sink - first] < layers[sink - first].passes {
                guard let other = chosen else {
                    chosen = sink
                    continue
                }
                if progress[sink - first] * layers[other - first].passes <= progress[other - first]
                    * layers[sink - first].passes
                {
                    chosen = sink
                }
            }
            guard let chosen else { return runs }
            pass(chosen)
            let end = progress[chosen - first]
            if runs.last?.step == chosen { runs[runs.count - 1].end = end } else { runs.append((chosen, end)) }
        }
    }

    private mutating func pass(_ step: Int) {
        let pass = progress[step - first]
        for operand in layers[step - first].operands where operand.value >= first {
            let source = layers[operand.value - first]
            let end = source.writesAtEnd ? source.passes : operand.demand.end(pass)
            while progress[operand.value - first] < end { self.pass(operand.value) }
        }
        order.append(RowTask(step: step, pass: pass))
        progress[step - first] += 1
    }
}
