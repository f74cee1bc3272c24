import Lowering
import Networks

extension PlanReport {
    /// The plan that the report holds, ready to be checked or run.
    ///
    /// - Parameter network: the network that was planned.
    /// - Throws: `PlanningError` where it is another one.
    public func plan(of network: Network) throws(PlanningError) -> MemoryPlan {
        let graph = try DeviceGraph(network)
        let network = graph.network
        let ids = Dictionary(network.nodes.map { ($0.name, $0.id) }) { first, _ in first }
        var buffers: [Node.ID: Int] = [:]
        var planned: [MemoryPlan.Step] = []
        for step in steps {
            let nodes = step.nodes.compactMap { ids[$0] }
            guard nodes.count == step.nodes.count, let main = nodes.first else {
                throw PlanningError("the plan is of another network: \(network.name) has no \(step.nodes)")
            }
            guard graph.shapes[main.index].dimensions == step.outputShape else {
                throw PlanningError("the plan is of another network: in \(network.name) \(step.name) has another shape")
            }
            for node in nodes { buffers[node] = step.output }
            planned.append(
                MemoryPlan.Step(
                    nodes: nodes, operands: step.operands, output: step.output, scratch: step.scratch,
                    passes: step.passes, liveBytes: step.liveBytes))
        }
        return MemoryPlan(
            self, of: graph, steps: planned, places: network.nodes.map { buffers[graph.sources[$0.id.index]] })
    }
}

extension MemoryPlan {
    /// The plan of a report: `places` are the buffers of the network's nodes.
    fileprivate init(_ report: PlanReport, of graph: DeviceGraph, steps: [Step], places: [Int?]) {
        self.init(
            of: graph, steps: steps,
            stripes: report.stripes.map { stripe in
                var passes = [Int: Int]()
                let order = stripe.order.flatMap { run in
                    let first = passes[run[0], default: 0]
                    passes[run[0]] = first + run[1]
                    return (first..<first + run[1]).map { RowTask(step: run[0], pass: $0) }
                }
                return Stripe(steps: stripe.first..<stripe.last + 1, order: order)
            }, buffers: report.buffers, sharings: report.sharings,
            options: PlanOptions(
                stripes: report.hasStripes ? .auto : .off, pushesRows: report.pushesRows, alignment: report.alignment),
            sizes: Sizes(
                arena: report.arenaBytes, lowerBound: report.lowerBoundBytes, simple: report.simplePeakBytes,
                retaining: report.retainingPeakBytes),
            isOptimal: report.isOptimal, peakStep: report.peakStep, places: places)
    }
}
