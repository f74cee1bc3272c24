import Networks
import Planning

/// What of a network outlives a call, and the order of its layers: a method that goes on wherever it has left off.
extension NetworkSource {
    /// Steps that run one behind the other: a layer alone, or the loops of several.
    private var stages: [MemoryPlan.Stripe] {
        plan.stripes.filter { $0.steps.count > 1 || !isArrival($0.steps.lowerBound) }
    }

    private func isArrival(_ step: Int) -> Bool { arrivals.contains { $0.step == step } }

    /// Words of a context: what every network has, and the counters of loops.
    var stateWords: Int { 9 + (imagePasses > 1 ? 1 : 0) + stripes.reduce(0) { $0 + $1.counterCount } }

    /// The layers of which a row is computed in one step.
    private var inseparable: [[Int]] {
        stripes.flatMap(\.inseparable) + stages.filter { $0.steps.count == 1 }.map { Array($0.steps) }
    }

    /// What a hook's number stands for, from 1 on: a layer, and those that are computed row by row with it; nil where another has its rows.
    var layerNames: [String?] {
        let titles = Dictionary(layers.map { ($0.step, "\($0.name): \($0.operation)") }, uniquingKeysWith: { $1 })
        var names: [String?] = Array(repeating: nil, count: layers.map(\.step).max() ?? 0)
        for group in inseparable {
            guard let last = group.max(), !isArrival(last) else { continue }
            names[last - 1] = group.sorted().compactMap { titles[$0] }.joined(separator: ", ")
        }
        return names
    }

    /// The most of something that a step takes, of what each layer takes in all its rows.
    private func most(_ amount: (Layer) -> Int) -> Int {
        let rows = layers.map { layer in
            let all = Double(amount(layer))
            let first = all * Double(layer.firstMACs) / Double(max(1, layer.macs))
            return (layer.step, first + (all - first) / Double(max(1, layer.passes)))
        }
        let each = Dictionary(rows, uniquingKeysWith: { $1 })
        let most = inseparable.map { $0.reduce(0.0) { $0 + (each[$1] ?? 0) } }.max() ?? 0
        return Int(exactly: most.rounded(.up)) ?? .max
    }

    /// The most multiply-accumulates of a step.
    var stepMACs: Int { most(\.macs) }

    /// The most instructions of a step on a Cortex-M4: twice the estimate, as rows differ and a lone pixel costs as much as a pair, and a little
    /// for each call.
    var stepInstructions: Int {
        let estimate = most(\.instructions)
        return estimate > Int.max / 4 ? .max : 2 * estimate + 1000
    }

    /// All steps of an image, at most: its rows, each pushed row's last that finds nothing to do, and the very last.
    var stepCount: Int {
        let passes = Dictionary(layers.map { ($0.step, $0.passes) }, uniquingKeysWith: { $1 })
        return inseparable.reduce(0) { $0 + ($1.compactMap { passes[$0] }.max() ?? 0) }
            + (streamsImage ? input.height * imagePasses : 1)
    }

    /// `struct State`.
    var state: String {
        let resets =
            ["(stage, y) = (0, 0)", "hasAnswer = false"] + stripes.map { "\(Self.variable($0)) = \($0.name)()" }
        let loops = stripes.map { "    var \(Self.variable($0)) = \($0.name)()\n" }.joined()
        let order = stages.indices.flatMap { lines($0) }.map { "        \($0)\n" }.joined()
        return """
            /// What a call may do before it leaves off, and whom it tells of it.
            struct Work {
                /// Rows of layers that are left.
                var budget: Int
                let hook: \(names.c)_hook?
                let user: UnsafeMutableRawPointer?

                /// A row of a layer is computed; true where it was the last.
                @inline(__always)
                mutating func isSpent(_ layer: Int32) -> Bool {
                    if let hook { hook(user, layer) }
                    budget -= 1
                    return budget == 0
                }
            }

            /// All that outlives a call, beside the memory: what lies in a \(names.c)_t.
            private struct State {
                /// Told from what \(names.c)_open has not prepared.
                let mark: UInt32
                let memory: UnsafeMutablePointer<Int8>
                let weights: UnsafeRawPointer
                /// Rows of the image that came.
                var imageRows = 0
            \(imagePasses > 1 ? "    /// Whether all of them have come before.\n    var imagePass = 0\n" : "")\
                /// What is next of the order below, and its row.
                var stage = 0
                var y = 0
                /// Whether there is work to go on with.
                var isBusy = false
                /// Whether the outputs in the arena are those of a whole image.
                var hasAnswer = false
                /// What is told of each row of a layer, if anything, and what it is told with.
                var hook: \(names.c)_hook?
                var user: UnsafeMutableRawPointer?
            \(loops)
                var network: Network {
                    @inline(__always) get {
                        Network(
                            arena: memory, weights: weights,
                            columns: UnsafeMutableRawPointer(memory + \(CallText.number(columnOffset))).assumingMemoryBound(to: Int32.self))
                    }
                }

                /// A new image: nothing of it is computed.
                mutating func restart() {
            \(resets.map { "        \($0)" }.joined(separator: "\n"))
                }

                /// From \(pushesRows ? "the rows that are there" : "the image in the arena") to the outputs: goes on where it has left off, by `limit` rows of layers at most.
                @inline(never)
                mutating func advance(_ limit: Int) -> Int32 {
                    let network = network
                    var work = Work(budget: limit, hook: hook, user: user)
            \(order)        isBusy = false
            \(pushesRows ? pushedEnd : "")        hasAnswer = true
                    return Status.ok
                }
            }

            """
    }

    /// No layer may read the last rows: there is no answer before they have come nonetheless, as a place for them may be asked for.
    private var pushedEnd: String {
        let isLast = imagePasses > 1 ? "imagePass == \(imagePasses - 1), " : ""
        return """
                    // A place for the next row may lie over the outputs.
                    guard \(isLast)imageRows == \(input.height) else { return Status.moreRows }
                    imageRows = 0
            \(imagePasses > 1 ? "        imagePass = 0\n" : "")
            """
    }

    /// The name of a stripe's counters.
    static func variable(_ stripe: StripeSource) -> String {
        stripe.name.prefix(1).lowercased() + stripe.name.dropFirst()
    }

    /// A stage of the order.
    private func lines(_ stage: Int) -> [String] {
        let stripe = stages[stage]
        let shape = layers.first { $0.step == stripe.steps.upperBound - 1 }?.shape ?? ""
        let start = "if stage == \(stage) {"
        guard stripe.steps.count == 1, let layer = layers.first(where: { $0.step == stripe.steps.lowerBound }) else {
            let name = "layers\(stripe.steps.lowerBound)To\(stripe.steps.upperBound - 1)"
            let pause =
                stripe.steps.contains(where: isArrival)
                ? [
                    "    guard work.budget > 0 else { return Status.moreSteps }", "    isBusy = false",
                    "    return Status.moreRows",
                ] : ["    return Status.moreSteps"]
            return [commented(start, "\(shape), row by row"), "    guard \(name).run(network, &work) else {"]
                + pause.map { "    \($0)" } + ["    }", "    stage = \(stage + 1)", "}"]
        }
        let count = stripe.order.count
        guard count > 1 else {
            return [
                commented(start, shape), "    network.\(layer.function)(0)", "    stage = \(stage + 1)",
                "    if work.isSpent(\(layer.step)) { return Status.moreSteps }", "}",
            ]
        }
        return [
            commented(start, shape), "    while y < \(count) {", "        network.\(layer.function)(y)",
            "        y += 1", "        if work.isSpent(\(layer.step)) { return Status.moreSteps }", "    }",
            "    (stage, y) = (\(stage + 1), 0)", "}",
        ]
    }
}
