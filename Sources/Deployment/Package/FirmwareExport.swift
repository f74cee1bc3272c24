import Interchange
import Lowering
import Networks
import Planning
import Quantization

/// A network's part of a device package: generated code, header, weights.
public struct FirmwareExport {
    let names: PackageNames
    let source: NetworkSource
    let data: DataSource
    package let weights: [UInt8]
    let options: FirmwareOptions
    /// What it was made of.
    public let program: KernelProgram
    /// What it takes of a core's flash and SRAM.
    public let footprint: Footprint

    /// Generates the code of a program.
    ///
    /// - Throws: `DeploymentError` where the options make no sense, or the plan does not fit into the memory that they name.
    public init(_ program: KernelProgram, options: FirmwareOptions = FirmwareOptions()) throws {
        self.program = program
        self.options = options
        names = try PackageNames(options.name)
        let (network, plan) = (program.model.network, program.plan)
        let input = network.inputShape
        let places = program.outputs.map { (offset: plan.buffers[$0.buffer].offset, count: $0.shape.count) }
        let outputs = network.detector?.classes ?? places.reduce(0) { $0 + $1.count }
        guard max(input.height, input.width, input.channels, outputs) <= Int(UInt16.max) else {
            throw DeploymentError(
                "\(network.name) takes \(input) and gives \(outputs): a side over \(UInt16.max) fits no microcontroller"
            )
        }
        let layout = WeightsLayout(program)
        let offsets = layout.offsets
        let texts = LayerSource(program: program, offsets: offsets)
        let graph = plan.graph
        let work = graph.instructions(of: plan.steps.map(\.nodes), core: .cortexM4)
        let arrivals = plan.arrivals
        let layers = program.steps.indices.filter { !arrivals.contains($0) }.map { index in
            Self.layer(index, program.steps[index], plan, graph, work[index], texts.statements(program.steps[index]))
        }
        let stripes = try Self.stripes(program, graph, arrivals)
        let columnBytes = max(4, program.workBytes, plan.thrownRowBytes)
        let unsealed = (layout.section.bytes.count + 15) / 16 * 16
        source = NetworkSource(
            names: names, network: network.name, input: (input.height, input.width, input.channels), outputs: outputs,
            places: places,
            detector: program.detector.map { DetectorSource(program: program, detector: $0, offsets: offsets) },
            plan: plan, layers: layers,
            stripes: stripes,
            arrivals: arrivals.map {
                NetworkSource.Arrival(
                    step: $0, usedRows: plan.usedRows(ofArrival: $0), body: texts.inputStatements($0))
            }, weightChecks: layout.checks, columnBytes: columnBytes,
            weightsBytes: unsealed)
        weights = layout.section.sealed(
            code: source.identity, height: input.height, width: input.width, channels: input.channels, outputs: outputs)
        data = DataSource(
            header: HeaderSource(
                source: source, outputs: program.outputs.map(\.quantization), pixels: program.model.pixels,
                stack: options.stack, build: CRC32.checksum(weights), camera: options.camera,
                exponentials: Self.exponentials(program)),
            classNames: program.model.classNames)
        footprint = Footprint(plan, core: options.core, stack: options.stack)
        try check()
    }

    /// Whether rows are pushed, and the arena holds all of them nonetheless: no layer can compute anything before the last has come, or
    /// one reads the image again later.
    public var holdsPushedImage: Bool { source.pushesRows && program.plan.holdsImage }

    /// Bytes of RAM that the linker gives.
    public var sram: Int {
        options.sram ?? (footprint.sramBytes + 1023) / 1024 * 1024
    }

    /// What scores become probabilities by; nil where there are no classes, or many places that each have some.
    private static func exponentials(_ program: KernelProgram) -> Exponentials? {
        guard program.detector == nil, program.outputs.count == 1, let output = program.outputs.first,
            output.shape.height == 1, output.shape.width == 1
        else { return nil }
        if case .softmax? = program.steps.last(where: { $0.output == output.buffer })?.calls.last?.kernel {
            return Exponentials()
        }
        return Exponentials(scale: output.quantization.scale, outputs: output.shape.count)
    }

    private func check() throws(DeploymentError) {
        if let camera = options.camera {
            let input = program.model.network.inputShape
            guard camera.result.width == input.width, camera.result.height == input.height else {
                throw DeploymentError(
                    "\(program.model.network.name) takes \(input), and images were evaluated at \(camera.result): leave --camera out"
                )
            }
            guard input.channels == 1 || input.channels == 3 else {
                throw DeploymentError(
                    "\(program.model.network.name) takes \(input.channels) channels, which no camera gives: leave --camera out"
                )
            }
        }
        guard options.stack >= 512, options.stack % 8 == 0, options.stack <= 1 << 20 else {
            throw DeploymentError("a stack of \(options.stack) bytes: use a multiple of 8 from 512 on")
        }
        guard footprint.sramBytes <= sram else {
            throw DeploymentError(
                "\(program.model.network.name) does not fit: its arena takes \(program.arenaBytes) bytes, windows of convolutions "
                    + "\(source.columnBytes), state \(footprint.stateBytes) and the stack \(options.stack), together "
                    + "\(footprint.sramBytes - sram) more than the \(sram) bytes of SRAM; "
                    + "push rows, use a smaller image or a smaller network (sapool search finds one)")
        }
        guard footprint.flashBytes <= options.flash else {
            throw DeploymentError(
                "\(program.model.network.name) does not fit: its weights take \(weights.count) bytes and its code on "
                    + "\(options.core.name) \(footprint.codeBytes), together \(footprint.flashBytes - options.flash) more than the "
                    + "\(options.flash) bytes of flash; use a smaller network (sapool search finds one)"
            )
        }
    }

    private static func layer(
        _ index: Int, _ step: KernelProgram.Step, _ plan: MemoryPlan, _ graph: DeviceGraph, _ instructions: Int,
        _ body: [String]
    ) -> NetworkSource.Layer {
        let nodes = plan.steps[index].nodes.map { graph.network[$0] }
        let output = plan.buffers[step.output]
        func place(_ buffer: Buffer, _ shape: Shape) -> String {
            "\(shape) at \(buffer.offset)"
                + (buffer.rows < shape.height ? " (\(buffer.rows) \(buffer.rows == 1 ? "line" : "lines"))" : "")
        }
        let inputs = zip(step.operands, step.calls.first?.inputs ?? []).map { place(plan.buffers[$0], $1) }
        return NetworkSource.Layer(
            step: index, function: LayerSource.function(index, step.calls[0].kernel), name: step.name,
            operation: operationLabel(nodes), shape: "\(step.outputShape)",
            macs: nodes.reduce(0) { $0 + graph.network.multiplyAccumulates(of: $1) },
            firstMACs: keysAndValues(step), instructions: instructions,
            places: inputs.joined(separator: " and ") + " → \(place(output, step.outputShape)).", passes: step.passes,
            body: body)
    }

    /// An attention's first row computes keys and values of all tokens.
    private static func keysAndValues(_ step: KernelProgram.Step) -> Int {
        guard let call = step.calls.first, case .attention = call.kernel, let input = call.inputs.first else {
            return 0
        }
        return 2 * input.count * input.channels
    }

    /// The loops of steps that run together; their order has to be the plan's, pass by pass.
    private static func stripes(
        _ program: KernelProgram, _ graph: DeviceGraph, _ arrivals: [Int]
    ) throws -> [StripeSource] {
        let plan = program.plan
        // Of those in front of a step: an image that arrives twice is read where it arrived last.
        var writers: [Networks.Node.ID: Int] = [:]
        let layers = zip(plan.steps.indices, program.steps).map { index, step in
            defer { for node in plan.steps[index].nodes { writers[node] = index } }
            let main = graph.network[plan.steps[index].nodes[0]]
            let operands = graph.operands(of: main)
            let output = graph.shapes[main.id.index]
            let shapes = operands.map { graph.shapes[$0.index] }
            let rules = main.operation.facts.rowsRead(shapes, output)
            var known: [(value: Int, demand: RowDemand)] = []
            for (place, operand) in operands.enumerated() {
                guard let value = writers[operand], !known.contains(where: { $0.value == value }) else { continue }
                known.append(
                    (value, RowDemand(rules[place], height: shapes[place].height, rows: output.height)))
            }
            return StripeSource.Layer(
                step: index, function: LayerSource.function(index, step.calls[0].kernel), passes: step.passes,
                writesAtEnd: step.writesAtEnd, isArrival: arrivals.contains(index), operands: known)
        }
        let outputs = Set(graph.network.outputs.compactMap { writers[graph.sources[$0.index]] })
        func isSink(_ step: Int, _ end: Int) -> Bool {
            let readers = layers.filter { $0.operands.contains { $0.value == step } }.map(\.step)
            return outputs.contains(step) || readers.isEmpty || readers.contains { $0 >= end }
        }
        return try plan.stripes.filter { $0.steps.count > 1 }.map { stripe in
            let sinks = stripe.steps.filter { isSink($0, stripe.steps.upperBound) }
            let source = StripeSource(stripe, layers, sinks: sinks)
            guard source.order == stripe.order else {
                throw DeploymentError(
                    "steps \(stripe.steps.lowerBound) to \(stripe.steps.upperBound - 1) of \(graph.network.name) cannot be written as loops; "
                        + "plan with --stripes off, and please report this network")
            }
            return source
        }
    }
}
