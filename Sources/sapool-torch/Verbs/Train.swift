import ArgumentParser
import CommandLineSupport
import Foundation
import Reporting
import Torch
import Training

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a network on labelled images.",
        discussion: """
            Data is a name (fashion-mnist, mnist) or a folder: train/ and val/ or test/ with a folder of images for each \
            class, images with labels.csv, or the files of CIFAR-10, CIFAR-100, STL-10 or MNIST as they are distributed. With \
            --task detection it is a folder with boxes, in the layout of Pascal VOC, COCO or YOLO (Documentation/Detection.md); wake-words:FOLDER makes of such a folder the two \
            classes of Visual Wake Words, with and without a person.

            Settings come from a recipe in YAML and are overridden here; every setting has a default. The run's folder holds \
            config.json, network.json, metrics.jsonl, TensorBoard events, model.safetensors (the weights to use), \
            last.safetensors and best.safetensors (to resume from). Ctrl-C ends after the current step with a checkpoint.

              sapool train --data photos --resolution 96 --output runs/a \\
                  --network mobilenet_v2-nlp_headfix2-1222121 --width 0.35
              sapool train --recipe Experiments/demo.yaml --output runs/b
              sapool train --data photos --output runs/c --network mobilenet-v2 \\
                  --weights mobilenet_v2.pth --fine-tune
              sapool train --resume --output runs/b
              sapool train --task detection --data cells --resolution 256 \\
                  --output runs/d \\
                  --network 'ssdlite(backbone=mobilenet-v2(width=0.5))'

            Several processes share each batch when a launcher starts them; Documentation/Distributed.md shows one machine, \
            several, Slurm and Kubernetes:

              torchrun --nproc-per-node 2 --no-python sapool train \\
                  --recipe Experiments/demo.yaml --output runs/c
            """)

    @Option(help: "A recipe in YAML.")
    var recipe: String?
    @Option(help: ArgumentHelp("The run's folder.", valueName: "folder"))
    var output: String
    @Flag(help: "Go on with the run in the output folder, or begin where there is none.")
    var resume = false

    @Option(help: "The network: a name in either notation, or the path of its JSON form.")
    var network: String?
    @Option(help: "Width of a MobileNet V1 or V2.")
    var width: Double?
    @Option(help: ArgumentHelp("Name of a data set, or a folder.", valueName: "name-or-folder"))
    var data: String?
    @Option(help: ArgumentHelp("Side of the images (default: the data's own, or 224).", valueName: "pixels"))
    var resolution: Int?
    @Option(help: "Channels of the images: 1 or 3 (default: the data's own).")
    var channels: Int?
    @Option(help: "Share of the training images held out for evaluation.")
    var holdOut: Double?

    @Option(help: "Passes over the training images.")
    var epochs: Int?
    @Option(help: ArgumentHelp("Epochs without a better score after which the training ends.", valueName: "epochs"))
    var patience: Int?
    @Option(help: "Images a step, those of all processes together.")
    var batchSize: Int?
    @Option(help: "Parts that each batch is computed in, one after the other, to take less memory.")
    var accumulate: Int?
    @Option(help: "sgd or adamw.")
    var optimizer: Recipe.OptimizerKind?
    @Option(help: "Peak of the schedule.")
    var learningRate: Double?
    @Option(help: "Momentum of SGD.")
    var momentum: Double?
    @Flag(inversion: .prefixedNo, help: "Nesterov's momentum.")
    var nesterov: Bool?
    @Option(help: "Decay of weights.")
    var weightDecay: Double?
    @Option(help: "cosine, multistep or constant.")
    var schedule: Recipe.ScheduleKind?
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Shares of all epochs after which a multi-step schedule lowers the rate.", valueName: "shares"))
    var milestones: [Double] = []
    @Option(help: "What a multi-step schedule multiplies the rate by.")
    var decayFactor: Double?
    @Option(help: "Epochs over which the rate rises from 0.")
    var warmupEpochs: Double?
    @Option(help: "Share of the target that is spread over all classes.")
    var labelSmoothing: Double?
    @Option(help: "Largest norm of all gradients together.")
    var clipNorm: Double?
    @Option(help: "Decay of an exponential moving average of the weights.")
    var ema: Double?
    @Option(
        help:
            "float32; bfloat16 on GPUs of NVIDIA and processors that compute in it; tf32 or float16 on GPUs of NVIDIA."
    )
    var precision: Recipe.Precision?
    @Option(help: "auto, crop-flip, resized-crop or none; of detection auto, object-crop, flip or none.")
    var augmentation: Recipe.Augmentation?
    @Option(help: "measured, imagenet, half or weights (what those of --weights want).")
    var normalization: Recipe.NormalizationKind?
    @Option(
        help: ArgumentHelp(
            "Weights to start from: safetensors, or a state dict of PyTorch's (Documentation/Weights.md).",
            valueName: "file"))
    var weights: String?
    @Option(
        help: ArgumentHelp(
            "Which of several sets of weights in that file, such as state_dict (default: what fits best, of equals an average).",
            valueName: "key"))
    var weightsKey: String?
    @Flag(
        help:
            "Defaults for fine-tuning --weights: a lower rate, pixels as they want them, an epoch for what is new alone."
    )
    var fineTune = false
    @Option(help: ArgumentHelp("Epochs in which only what is new beside --weights is trained.", valueName: "epochs"))
    var freeze: Int?
    @Option(help: "What the learning rate of what comes from --weights is multiplied by, such as 0.1.")
    var backboneRate: Double?
    @Option(
        help:
            "What the learning rate of the first layer is multiplied by; of those behind it more and more, of the last 1."
    )
    var firstLayerRate: Double?
    @Option(help: "What the learning rate of layers that only weigh pixels in poolings is multiplied by, such as 3.")
    var logitsRate: Double?
    @Option(help: ArgumentHelp("A run whose network this one is to agree with (distillation).", valueName: "folder"))
    var teacher: String?
    @Option(help: "Weight of agreeing with the teacher; labels have the rest.")
    var distillationShare: Double?
    @Option(help: "What logits are divided by before they are compared with the teacher's.")
    var distillationTemperature: Double?
    @Option(
        help: ArgumentHelp(
            "Ask the teacher once about so many crops of each image, which then come again and again: the training itself is as quick as without it.",
            valueName: "number"))
    var teacherCrops: Int?
    @Option(help: "Weight of batch normalisations' scales in the loss, which empties channels for sapool prune.")
    var channelSparsity: Double?
    @Option(help: "Seed of weights, order, augmentation and noise.")
    var seed: UInt64?
    @Flag(help: "Leave broken images out, and list them, instead of stopping.")
    var skipBadImages = false

    @Option(help: "Largest random change of brightness, contrast and saturation, 0 to 1.")
    var colorJitter: Double?
    @Option(help: "Strength of two operations on each image that are drawn at random from fourteen, 0 to 30.")
    var randAugment: Int?
    @Option(help: "How likely a random rectangle of an image becomes noise, 0 to 1.")
    var erasing: Double?
    @Option(help: "Mix each image with another one: the exponent of their shares, 0.01 (hardly) to 2 (about evenly).")
    var mixup: Double?
    @Option(help: "Put a part of another image into each: the exponent of their shares, 0.01 to 2.")
    var cutmix: Double?
    @Option(help: "Make up for classes of few images: weights (in the loss) or sampling (each class equally often).")
    var balance: Recipe.Balance?

    @Option(help: "classification (the default) or detection.")
    var task: Recipe.TaskKind?
    @Flag(inversion: .prefixedNo, help: "Mirror images top to bottom half of the time.")
    var verticalFlip: Bool?
    @Option(help: "Detection: how much smaller images become on a larger canvas, at most (default: 4).")
    var zoomOut: Double?
    @Option(help: "Detection: overlap from which an anchor has to find an object (default: 0.5).")
    var matchOverlap: Double?
    @Option(help: "Detection: anchors of background in the loss for each with an object (default: 3).")
    var negativeRatio: Double?
    @Option(help: "Detection: cross-entropy (with the hardest background) or focal.")
    var classLoss: Recipe.ClassLoss?

    @Flag(help: "On GPUs of NVIDIA: the same weights in every run, at the cost of speed.")
    var deterministic = false
    @Option(help: "Threads that load images.")
    var workers: Int?
    @Flag(help: "Write after every epoch how far attention is from even, and pooling from averaging: attention.jsonl.")
    var logAttention = false
    @Option(
        help: ArgumentHelp(
            "Steps between checkpoints within an epoch (default: one every 5 minutes).", valueName: "steps"))
    var checkpointSteps: Int?
    @OptionGroup var distributed: DistributedOptions
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Print the last epoch's metrics as JSON.")
    var json = false

    func run() throws {
        try distributed.run(machine) { ranks, device in try train(ranks, device) }
    }

    private func train(_ ranks: Ranks, _ device: Device) throws {
        var options = TrainerOptions()
        options.device = device
        options.resume = resume
        options.checkpointSteps = checkpointSteps
        options.synchronisesBatchNorm = distributed.syncBatchNorm
        options.logsAttention = logAttention
        options.isDeterministic = deterministic
        if let workers {
            guard (0...256).contains(workers) else { throw ValidationError("--workers \(workers): use 0 to 256.") }
            options.workers = workers
        }
        if let checkpointSteps, checkpointSteps < 1 {
            throw ValidationError("--checkpoint-steps \(checkpointSteps): use 1 or more.")
        }
        let stop = StopFlag()
        let sources = stop.listen(speaks: ranks.isFirst)
        let progress = TrainingProgress()
        let folder = RunFolder(output)
        // The others may be gone before the first step, too.
        let trainer = try ranks.keepingContact(checkpoint: folder.last) {
            try Trainer(
                ranks.shared { try settings(folder) }, run: folder, options: options, ranks: ranks,
                shouldStop: { stop.isRaised }, report: { if ranks.isFirst { progress.show($0) } })
        }
        let metrics = try withExtendedLifetime(sources) { try trainer.train() }
        guard let metrics else { throw ExitCode(130) }
        guard ranks.isFirst else { return }
        if let skipped = trainer.skippedImages {
            let (images, object) =
                (counted(skipped.count, "broken image was", "broken images were"), skipped.count == 1 ? "it" : "them")
            note("\(images) left out: \(skipped.list) lists \(object)")
            let classes = trainer.unreadClasses.map(\.printableName)
            if !classes.isEmpty {
                note(
                    "warning: no training image of \(classes.joined(separator: ", ")) can be read, so the network has not learned "
                        + "\(classes.count == 1 ? "this class" : "these classes"): replace the broken images")
            }
        }
        if json {
            try printJSON(metrics)
        } else {
            print(
                "\(trainer.scoreName) \(percent(metrics.accuracy)), loss \(String(format: "%.4f", metrics.loss)) on the "
                    + "\(trainer.evaluationPart.name) after epoch \(metrics.epoch): \(output)")
        }
    }

    /// The recipe: that of the file or of the run to go on with, with the command line's settings over it.
    private func settings(_ folder: RunFolder) throws -> Recipe {
        var settings = Recipe()
        if recipe != nil || (fineTune && !(resume && folder.holdsRun)) {
            settings = try Recipe(contentsOf: recipe, fineTune: fineTune, optimizer: optimizer)
        } else if resume, folder.holdsRun {
            let configuration = try RunConfiguration.read(from: folder).configuration
            settings = configuration.recipe
            if data == nil { settings.data = try configuration.data(in: folder) }
        }
        func set<Value>(_ key: WritableKeyPath<Recipe, Value>, _ value: Value?) {
            if let value { settings[keyPath: key] = value }
        }
        set(\.network, network)
        set(\.width, width)
        set(\.data, data)
        set(\.holdOut, holdOut)
        set(\.epochs, epochs)
        set(\.batchSize, batchSize)
        set(\.optimizer, optimizer)
        set(\.learningRate, learningRate)
        set(\.momentum, momentum)
        set(\.nesterov, nesterov)
        set(\.weightDecay, weightDecay)
        set(\.schedule, schedule)
        set(\.milestones, milestones.isEmpty ? nil : milestones)
        set(\.decayFactor, decayFactor)
        set(\.warmupEpochs, warmupEpochs)
        set(\.labelSmoothing, labelSmoothing)
        set(\.precision, precision)
        set(\.augmentation, augmentation)
        set(\.normalization, normalization)
        set(\.seed, seed)
        if let resolution { settings.resolution = resolution }
        if let channels { settings.channels = channels }
        if let clipNorm { settings.clipNorm = clipNorm }
        if let ema { settings.ema = ema }
        set(\.distillationShare, distillationShare)
        set(\.distillationTemperature, distillationTemperature)
        if let weights { settings.weights = weights }
        if let weightsKey { settings.weightsKey = weightsKey }
        if let teacher { settings.teacher = teacher }
        if let teacherCrops { settings.teacherCrops = teacherCrops }
        if let channelSparsity { settings.channelSparsity = channelSparsity }
        if skipBadImages { settings.skipBadImages = true }
        if let task { settings.task = task }
        if let verticalFlip { settings.verticalFlip = verticalFlip }
        if let zoomOut { settings.zoomOut = zoomOut }
        if let matchOverlap { settings.matchOverlap = matchOverlap }
        if let negativeRatio { settings.negativeRatio = negativeRatio }
        if let classLoss { settings.classLoss = classLoss }
        if let balance { settings.balance = balance }
        if let patience { settings.patience = patience }
        if fineTune { settings.fineTune = true }
        if let freeze { settings.freeze = freeze }
        if let backboneRate { settings.backboneRate = backboneRate }
        if let firstLayerRate { settings.firstLayerRate = firstLayerRate }
        if let logitsRate { settings.logitsRate = logitsRate }
        if let accumulate { settings.accumulate = accumulate }
        if let colorJitter { settings.colorJitter = colorJitter }
        if let randAugment { settings.randAugment = randAugment }
        if let erasing { settings.erasing = erasing }
        if let mixup { settings.mixup = mixup }
        if let cutmix { settings.cutmix = cutmix }
        guard !settings.network.isEmpty else {
            throw NetworkProposal(for: settings).error(Array(CommandLine.arguments.dropFirst()))
        }
        return settings
    }
}

extension Recipe.OptimizerKind: ExpressibleByArgument {}
extension Recipe.ScheduleKind: ExpressibleByArgument {}
extension Recipe.Precision: ExpressibleByArgument {}
extension Recipe.Augmentation: ExpressibleByArgument {}
extension Recipe.NormalizationKind: ExpressibleByArgument {}
extension Recipe.TaskKind: ExpressibleByArgument {}
extension Recipe.ClassLoss: ExpressibleByArgument {}
extension Recipe.Balance: ExpressibleByArgument {}
