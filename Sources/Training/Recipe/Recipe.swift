/// Everything that decides how a network is trained: what a recipe file says and the command line overrides.
///
/// Keys of the YAML form are the coding keys' names; every one is optional but `network` and `data`.
///
/// ```yaml
/// network: mobilenet-v2(width=0.35, pool=self-attentive(patch=2, restoration=subpixel))
/// data: fashion-mnist
/// epochs: 10
/// learning-rate: 0.1
/// ```
public struct Recipe: Sendable, Equatable, Codable {
    /// A name in either notation, or the path of a network's JSON form (ends in `.json`).
    public var network = ""
    /// Width of a MobileNet V1 or V2 whose name does not give one.
    public var width = 1.0
    /// Name of a data set, or a folder.
    public var data = ""
    /// Side of the images, in pixels; nil for the data's own size, 224 where sizes vary.
    public var resolution: Int?
    /// 1 (grey) or 3 (RGB); nil for the data's own.
    public var channels: Int?
    /// Share of the training images held out for validation where the data has no such split; 0 evaluates on the test split.
    public var holdOut = 0.0

    public var epochs = 30
    public var batchSize = 64
    public var optimizer = OptimizerKind.sgd
    /// Peak of the schedule.
    public var learningRate = 0.05
    public var momentum = 0.9
    public var nesterov = true
    /// Of weights; biases, normalisation and positions are never decayed.
    public var weightDecay = 1e-4
    public var schedule = ScheduleKind.cosine
    /// Shares of all epochs after which a multi-step schedule multiplies by `decayFactor`.
    public var milestones = [0.6, 0.8, 0.9]
    public var decayFactor = 0.2
    /// Epochs over which the rate rises from 0; may be a fraction.
    public var warmupEpochs = 1.0
    public var labelSmoothing = 0.0
    /// Largest norm of all gradients together; nil for no clipping.
    public var clipNorm: Double?
    /// Decay a step of an exponential moving average of the weights, which is then what is evaluated; nil for none.
    public var ema: Double?

    /// What matrix products and convolutions are computed in while training.
    public var precision = Precision.float32
    public var augmentation = Augmentation.automatic
    public var normalization = NormalizationKind.measured
    public var seed: UInt64 = 1
    /// A file of weights to start from, safetensors or PyTorch's; what it has nothing for starts new.
    public var weights: String?
    /// Which of several sets of weights in that file; nil takes what fits best, of equals an average.
    public var weightsKey: String?
    /// Folder of a run whose network this one is to agree with; nil for none.
    public var teacher: String?
    /// Weight of agreeing with the teacher; labels have the rest.
    public var distillationShare = 0.5
    /// What logits are divided by before teacher and pupil are compared.
    public var distillationTemperature = 4.0
    /// Crops of each image that the teacher is asked about before the training, and that come again and again (see `TeacherAnswers`); nil
    /// to have it look at every batch.
    public var teacherCrops: Int?
    /// Weight of the sum of batch normalisations' scales in the loss, which empties channels for pruning; nil for none.
    public var channelSparsity: Double?
    /// Leaves broken images out, and lists them, instead of stopping.
    public var skipBadImages = false

    /// What the network is trained for; nil for telling classes apart.
    public var task: TaskKind?
    /// Mirrors images top to bottom half of the time; nil for no.
    public var verticalFlip: Bool?
    /// Largest factor by which detection makes images smaller on a larger canvas; nil for 4.
    public var zoomOut: Double?
    /// Overlap from which an anchor has to find an object; nil for 0.5.
    public var matchOverlap: Double?
    /// Anchors of background for each with an object in a detector's loss; nil for 3.
    public var negativeRatio: Double?
    /// How a detector's classes are scored; nil for cross entropy.
    public var classLoss: ClassLoss?
    /// How classes of few images are made up for; nil for not at all.
    public var balance: Balance?

    /// Epochs without a better score after which a training ends (Prechelt, *Early Stopping – But When?*, 1998, its third criterion); nil
    /// for never. The weights to use stay those of the last epoch; `best.safetensors` has those of the best.
    public var patience: Int?

    // MARK: What is trained how; see `FineTuning`

    /// Whether what a recipe does not say is what suits fine-tuning `weights` (see `takeFineTuningDefaults`); nil for no.
    public var fineTune: Bool?

    /// Epochs in which what `weights` had stays as it is, and only what is new is trained; nil for none.
    public var freeze: Int?
    /// What the learning rate of what `weights` had is multiplied by; nil for 1.
    public var backboneRate: Double?
    /// What the learning rate of the first layer is multiplied by, with factors in equal steps up to 1 for the last; nil for 1.
    public var firstLayerRate: Double?
    /// What the learning rate of the layers that only weigh pixels (`Network.weighingLayers`) is multiplied by; nil for 1.
    public var logitsRate: Double?

    /// Parts that each batch is computed in, one after the other, to take less memory: their gradients add up to the batch's (Ott et al.,
    /// *Scaling Neural Machine Translation*, WMT 2018); nil for 1.
    public var accumulate: Int?

    // MARK: Changes of training images, beside `augmentation`; of classification

    /// Largest change of brightness, contrast and saturation, 0 to 1 (see `ColorJitter`); nil for none.
    public var colorJitter: Double?
    /// Strength of two random operations on each image, 0 to 30 (see `RandAugment`); nil for none.
    public var randAugment: Int?
    /// How likely a rectangle of an image becomes noise (see `RandomErasing`); nil for never.
    public var erasing: Double?

    /// α of mixup, 0.01 to 2 (see `ImageMixing`); nil for none.
    public var mixup: Double?
    /// α of CutMix, 0.01 to 2 (see `ImageMixing`); nil for none.
    public var cutmix: Double?

    /// What a network is trained for.
    public enum TaskKind: String, Sendable, Codable, CaseIterable {
        /// One class an image.
        case classification
        /// Boxes around objects.
        case detection
    }

    /// How a detector's classes are scored.
    public enum ClassLoss: String, Sendable, Codable, CaseIterable {
        /// Cross entropy over anchors with objects and the hardest of the others.
        case crossEntropy = "cross-entropy"
        /// Focal loss over all anchors (Lin et al., 2017), γ = 2, α = 0.25.
        case focal
    }

    /// How classes of few images are made up for.
    public enum Balance: String, Sendable, Codable, CaseIterable {
        /// An image's loss counts N / (K · n): N images of K classes, n of its own (King and Zeng, *Logistic Regression in Rare Events
        /// Data*, 2001).
        case weights
        /// Every class is drawn equally often in an epoch of as many images (Kang et al., *Decoupling Representation and Classifier for
        /// Long-Tailed Recognition*, ICLR 2020, class-balanced sampling).
        case sampling
    }

    /// Which optimiser.
    public enum OptimizerKind: String, Sendable, Codable, CaseIterable { case sgd, adamw }

    /// How the learning rate falls.
    public enum ScheduleKind: String, Sendable, Codable, CaseIterable {
        /// Half a cosine, to 0.
        case cosine
        /// Steps at `milestones`.
        case multistep
        /// Not at all.
        case constant
    }

    /// Type of products; weights, sums, normalisation and the loss are float32 in any case.
    public enum Precision: String, Sendable, Codable, CaseIterable {
        case float32
        /// float32 whose factors are rounded to 10 bits in products, on GPUs of NVIDIA.
        case tf32
        case bfloat16
        /// With a scaled loss (see `LossScale`), on GPUs.
        case float16
    }

    /// What training images go through.
    public enum Augmentation: String, Sendable, Codable, CaseIterable {
        /// `cropFlip` where images are at most 64 pixels large, `resizedCrop` elsewhere.
        case automatic = "auto"
        /// Random crop of the padded image, horizontal flip.
        case cropFlip = "crop-flip"
        /// Random area and aspect ratio (Szegedy et al., 2015), horizontal flip.
        case resizedCrop = "resized-crop"
        /// For boxes: zoom out, crops chosen by objects, flip, distortion of colours (Liu et al., 2016). `automatic` for detection.
        case objectCrop = "object-crop"
        /// For boxes: flip and distortion of colours.
        case flip
        /// Resize, and centre crop where there are no boxes, only.
        case none
    }

    /// How pixels become numbers.
    public enum NormalizationKind: String, Sendable, Codable, CaseIterable {
        /// By the training images' own mean and deviation.
        case measured
        /// ImageNet's mean and deviation.
        case imagenet
        /// To −1 … 1.
        case half
        /// As the recipe's `weights` want it: those of a run, of an imported model, or of a family whose names are known.
        case weights
    }

    /// A recipe of defaults.
    public init(network: String = "", data: String = "") {
        self.network = network
        self.data = data
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case network, width, data, resolution, channels
        case holdOut = "hold-out"
        case epochs
        case batchSize = "batch-size"
        case optimizer
        case learningRate = "learning-rate"
        case momentum, nesterov
        case weightDecay = "weight-decay"
        case schedule, milestones
        case decayFactor = "decay-factor"
        case warmupEpochs = "warmup-epochs"
        case labelSmoothing = "label-smoothing"
        case clipNorm = "clip-norm"
        case ema, precision, augmentation, normalization, seed, weights, teacher
        case weightsKey = "weights-key"
        case distillationShare = "distillation-share"
        case distillationTemperature = "distillation-temperature"
        case teacherCrops = "teacher-crops"
        case channelSparsity = "channel-sparsity"
        case skipBadImages = "skip-bad-images"
        case task
        case verticalFlip = "vertical-flip"
        case zoomOut = "zoom-out"
        case matchOverlap = "match-overlap"
        case negativeRatio = "negative-ratio"
        case classLoss = "class-loss"
        case balance, patience
        case fineTune = "fine-tune"
        case freeze
        case backboneRate = "backbone-rate"
        case firstLayerRate = "first-layer-rate"
        case logitsRate = "logits-rate"
        case accumulate
        case colorJitter = "color-jitter"
        case randAugment = "rand-augment"
        case erasing, mixup, cutmix
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func read<Value: Decodable>(_ key: CodingKeys, _ value: inout Value) throws {
            if let found = try container.decodeIfPresent(Value.self, forKey: key) { value = found }
        }
        func readIfGiven<Value: Decodable>(_ key: CodingKeys, _ value: inout Value?) throws {
            value = try container.decodeIfPresent(Value.self, forKey: key)
        }
        try readIfGiven(.fineTune, &fineTune)
        try read(.optimizer, &optimizer)
        if fineTune == true { takeFineTuningDefaults() }
        try read(.network, &network)
        try read(.width, &width)
        try read(.data, &data)
        try readIfGiven(.resolution, &resolution)
        try readIfGiven(.channels, &channels)
        try read(.holdOut, &holdOut)
        try read(.epochs, &epochs)
        try read(.batchSize, &batchSize)
        try read(.learningRate, &learningRate)
        try read(.momentum, &momentum)
        try read(.nesterov, &nesterov)
        try read(.weightDecay, &weightDecay)
        try read(.schedule, &schedule)
        try read(.milestones, &milestones)
        try read(.decayFactor, &decayFactor)
        try read(.warmupEpochs, &warmupEpochs)
        try read(.labelSmoothing, &labelSmoothing)
        try readIfGiven(.clipNorm, &clipNorm)
        try readIfGiven(.ema, &ema)
        try read(.precision, &precision)
        try read(.augmentation, &augmentation)
        try read(.normalization, &normalization)
        try read(.seed, &seed)
        try readIfGiven(.weights, &weights)
        try readIfGiven(.weightsKey, &weightsKey)
        try readIfGiven(.teacher, &teacher)
        try read(.distillationShare, &distillationShare)
        try read(.distillationTemperature, &distillationTemperature)
        try readIfGiven(.teacherCrops, &teacherCrops)
        try readIfGiven(.channelSparsity, &channelSparsity)
        try read(.skipBadImages, &skipBadImages)
        try readIfGiven(.task, &task)
        try readIfGiven(.verticalFlip, &verticalFlip)
        try readIfGiven(.zoomOut, &zoomOut)
        try readIfGiven(.matchOverlap, &matchOverlap)
        try readIfGiven(.negativeRatio, &negativeRatio)
        try readIfGiven(.classLoss, &classLoss)
        try readIfGiven(.balance, &balance)
        try readIfGiven(.patience, &patience)
        if let given = try container.decodeIfPresent(Int.self, forKey: .freeze) { freeze = given }
        try readIfGiven(.backboneRate, &backboneRate)
        try readIfGiven(.firstLayerRate, &firstLayerRate)
        try readIfGiven(.logitsRate, &logitsRate)
        try readIfGiven(.accumulate, &accumulate)
        try readIfGiven(.colorJitter, &colorJitter)
        try readIfGiven(.randAugment, &randAugment)
        try readIfGiven(.erasing, &erasing)
        try readIfGiven(.mixup, &mixup)
        try readIfGiven(.cutmix, &cutmix)
    }
}
