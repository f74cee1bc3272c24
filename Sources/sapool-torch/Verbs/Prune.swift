import ArgumentParser
import CommandLineSupport
import Compression
import Execution
import Files
import Foundation
import Interchange
import Networks
import Planning
import Training

struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Removes channels or the last layers of a trained network, to lower what it costs.",
        usage: """
            sapool prune [<options>] <run> --target <target> --output <folder>
            sapool prune [<options>] <run> --last-layer <layer> --output <folder>
            """,
        discussion: """
            Channels that only make sense together (residual sums, depthwise convolutions, squeeze-and-excite, pooling and attention) go together. \
            For memory, only layers that are alive at the arena's peak are asked, and each step removes what is missed least for the bytes \
            it saves; the arena is that without stripes.

            The output folder holds network.json, model.safetensors and recipe.yaml: the run's recipe, starting from what is left.

              sapool prune runs/a --target sram=0.5 --output pruned
              sapool train --recipe pruned/recipe.yaml --learning-rate 0.01 \\
                  --output runs/a-pruned

            Targets: sram=96K, flash=512K, macs=30M, cycles=60M, or a share of what is, such as sram=0.5; channels=0.7 (that share stays). \
            Several are met together.

              sapool prune runs/a --target sram=0.5 --importance taylor \\
                  --scope network --output pruned
              sapool prune runs/a --target sram=0.5 --uniform --output pruned
              sapool prune runs/a --target sram=96K,flash=256K --output pruned

            --last-layer ends the network behind one of its layers, with a new classifier that has to be trained: of a large network that \
            learned on many images the first layers are often worth more than all of them with few channels. With a wrong name it tells all \
            names. With --target as well channels go afterwards, and shares are of what the layers left.

              sapool prune runs/a --last-layer blocks.4.0.bn3 --output shallow
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
    var folder: String
    @Option(help: "sram=, flash=, macs=, cycles= or channels=, a number or a share of what is; several with commas.")
    var target: String?
    @Option(help: "The core that flash= and cycles= are counted for: m4 (the default), m7, m33 or m55.")
    var core: Core?
    @Option(help: ArgumentHelp("The last layer that stays; a new classifier follows it.", valueName: "layer"))
    var lastLayer: String?
    @Option(help: ArgumentHelp("Where the smaller network goes.", valueName: "folder"))
    var output: String
    @Option(
        help:
            "magnitude (norm of filters), scale (of the batch normalisation behind them) or taylor (what the loss would change, measured on images; default: magnitude)."
    )
    var importance: ChannelImportance?
    @Option(
        help:
            "With what a channel's importance is compared: layer (its layer's, the default) or network (the whole network's)."
    )
    var scope: ChannelImportance.Scope?
    @Flag(help: "Prune every layer alike, as little as the target allows.")
    var uniform = false
    @Option(help: "Batches of training images that taylor is measured on (default: 32).")
    var batches: Int?
    @Option(help: "Data set of these images (default: what the run was trained on).")
    var data: String?
    @OptionGroup var chosen: WeightsOptions
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Print before and after as JSON.")
    var json = false

    private struct Remains {
        let network: Network
        let weights: Safetensors
    }

    private struct Cost: Encodable {
        let arena: Int
        let macs: Int
        let parameters: Int
        /// Where a target asks for them.
        var flash: Int?
        var cycles: Int?

        init(_ network: Network, _ measures: [PruningSearch.Measure]) throws {
            arena = try PruningSearch.arena(of: network).arenaBytes
            (macs, parameters) = (network.multiplyAccumulates, network.parameterCount)
            for measure in measures {
                switch measure {
                case .flash: flash = try measure.exactFigure(of: network)
                case .cycles: cycles = try measure.exactFigure(of: network)
                case .sram, .macs: break
                }
            }
        }
    }

    func run() throws {
        guard (1...100_000).contains(batches ?? 32) else {
            throw ValidationError("--batches \(batches ?? 32): use 1 to 100000.")
        }
        guard importance == .taylor || (data == nil && batches == nil) else {
            throw ValidationError(
                "\(data == nil ? "--batches" : "--data") is for --importance taylor, which looks at images: leave it out."
            )
        }
        try checkOptions()
        let run = RunFolder(folder)
        let (configuration, network) = try RunConfiguration.read(from: run)
        let (state, path) = try TrainedModel.state(of: run, chosen.weights)
        let mapping = WeightMapping(state, to: network.parameters)
        try mapping.requireComplete(path)
        guard !FileManager.default.fileExists(atPath: RunFolder(output).network) else {
            throw TrainingError("\(output) holds a network already: choose another output folder")
        }
        try ImportedModel.check(output: output)
        let targets = try PruningTargets(target, core: core ?? .cortexM4)
        let before = try Cost(network, targets.measures)
        var left = Remains(
            network: network, weights: Safetensors(mapping.matched.map { (name: $0.name, tensor: $0.tensor) }))
        if let lastLayer {
            let shallow = try LayerPruning(network, weights: left.weights, behind: lastLayer)
            left = Remains(network: shallow.network, weights: shallow.weights)
        }
        if target != nil { left = try withoutChannels(left, targets, run) }
        var smaller = left.network
        if !smaller.name.hasSuffix(", pruned") { smaller.name += ", pruned" }
        var recipe = configuration.lastingRecipe(of: run)
        (recipe.network, recipe.weights, recipe.width) = (RunFolder(output).network, RunFolder(output).model, 1)
        recipe.weightsKey = nil
        // Nothing is new beside these weights.
        (recipe.fineTune, recipe.freeze, recipe.backboneRate) = (nil, nil, nil)
        recipe = recipe.withAbsolutePaths()
        // network.json, which says that a network is here, comes last: what was killed before can be done again.
        try RunFolder(output).create()
        // Tell a training that goes on from here what these weights have seen.
        try run.copyImageLists(to: RunFolder(output))
        try AtomicFile.replace(output + "/" + RunFiles.recipe) { try $0.append(Array(recipe.yaml().utf8)) }
        var files = ImportedModel(network: smaller, tensors: left.weights.tensors)
        // An imported network goes on as one: outputs keep their channels.
        if !run.holdsRun {
            files.interface = try? ModelInterface(folder: folder, of: network)
        } else if recipe.normalization == .weights {
            // What pixels the weights want, a training that goes on has to hear from them.
            let (mean, deviation) = (configuration.normalization.mean, configuration.normalization.deviation)
            files.interface = ModelInterface(
                source: folder, of: smaller, classes: configuration.classNames,
                normalization: ModelInterface.Pixels(mean: mean, deviation: deviation))
        }
        try files.write(to: output)
        try show(before, Cost(left.network, targets.measures))
    }

    private func checkOptions() throws {
        guard target != nil || lastLayer != nil else {
            throw ValidationError("Say what is to go, with --target, --last-layer or both.")
        }
        let ofChannels = [
            ("--importance", importance != nil), ("--scope", scope != nil), ("--uniform", uniform),
            ("--batches", batches != nil), ("--data", data != nil),
        ]
        let isCounted = target.map { $0.contains("flash=") || $0.contains("cycles=") } ?? false
        guard core == nil || isCounted else {
            throw ValidationError("--core is for flash= and cycles= of --target: leave it out.")
        }
        for (option, isGiven) in ofChannels where isGiven && target == nil {
            throw ValidationError("\(option) is for --target, which removes channels: leave it out.")
        }
    }

    /// Removes channels until the targets are met.
    private func withoutChannels(_ left: Remains, _ wanted: PruningTargets, _ run: RunFolder) throws -> Remains {
        let targets = try wanted.targets(of: left.network)
        let device = try machine.apply()
        let moving = ProgressLine()
        let batches = batches ?? 32
        var sensitivity: [String: [Double]] = [:]
        if importance == .taylor {
            moving.begin("measuring what the loss would change")
            sensitivity = try ChannelSensitivity(
                TrainedModel(run, weights: chosen.weights, device: device), data: data, batches: batches
            ) { moving.advance($0, of: batches) }.nodes
        }
        // A new classifier has no weights yet; which ones does not tell anything of the channels.
        let fresh = Safetensors(try Parameters(of: left.network, seed: 1).state()).tensors.filter {
            left.weights[$0.name] == nil
        }
        var weights = left.weights
        for (name, tensor) in fresh { weights[name] = tensor }
        let search = PruningSearch(
            left.network, weights: weights, importance: importance ?? .magnitude, scope: scope ?? .layer,
            sensitivity: sensitivity)
        moving.begin("looking for channels to remove")
        let pruned: ChannelPruning
        if uniform {
            pruned = try search.runUniformly(targets)
        } else {
            let before = try targets.map { try $0.limit?.measure.figure(of: left.network) }
            pruned = try search.run(targets) { target, figure in
                let start = zip(targets, before).first { $0.0 == target }?.1
                moving.show(share: target.share(of: figure, from: start)) { "\($0): at \(grouped(figure))" }
            }
        }
        moving.end()
        weights = pruned.weights
        for (name, _) in fresh { weights[name] = nil }
        return Remains(network: pruned.network, weights: weights)
    }

    private func show(_ before: Cost, _ after: Cost) throws {
        if json { return try printJSON(["before": before, "after": after]) }
        for (name, old, new) in [
            ("arena", before.arena, after.arena), ("MACs", before.macs, after.macs),
            ("parameters", before.parameters, after.parameters), ("flash", before.flash ?? 0, after.flash ?? 0),
            ("cycles", before.cycles ?? 0, after.cycles ?? 0),
        ] where old > 0 {
            let share = percent(Double(new) / Double(max(1, old)))
            print(
                name.padding(toLength: 12, withPad: " ", startingAt: 0)
                    + "\(grouped(old)) → \(grouped(new))  (\(share))")
        }
        print(
            "\(output): network.json, model.safetensors, recipe.yaml; go on with sapool train --recipe \(output)/recipe.yaml"
        )
    }
}

extension ChannelImportance: ExpressibleByArgument {}
extension ChannelImportance.Scope: ExpressibleByArgument {}
