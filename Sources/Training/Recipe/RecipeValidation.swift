import Datasets

extension Recipe {
    /// Refuses values that cannot train.
    ///
    /// - Throws: `TrainingError` naming the setting, its value and what would do.
    public func validate() throws {
        func require(_ condition: Bool, _ setting: CodingKeys, _ value: Any, _ advice: String) throws {
            guard condition else { throw TrainingError("\(setting.rawValue) is \(value): use \(advice)") }
        }
        func requireRange<Value: Comparable>(
            _ setting: CodingKeys, _ value: Value?, _ range: ClosedRange<Value>, _ advice: String
        ) throws {
            guard let value else { return }
            try require(range.contains(value), setting, value, advice)
        }
        guard !network.isEmpty else {
            throw TrainingError("no network is named: give network in the recipe or --network")
        }
        guard !data.isEmpty else { throw TrainingError("no data is named: give data in the recipe or --data") }
        try require((1...100_000).contains(epochs), .epochs, epochs, "1 to 100000")
        try require((1...65_536).contains(batchSize), .batchSize, batchSize, "1 to 65536")
        try require(width > 0 && width <= 16, .width, width, "a number above 0, at most 16")
        try require(
            learningRate > 0 && learningRate <= 1e30, .learningRate, learningRate, "a number above 0, at most 1e30")
        try require((0..<1).contains(momentum), .momentum, momentum, "0 up to, not including, 1")
        try require((0...1e6).contains(weightDecay), .weightDecay, weightDecay, "0 to 1e6")
        try require(
            milestones.allSatisfy { (0...1).contains($0) }, .milestones, milestones, "shares of all epochs, 0 to 1")
        try require(decayFactor > 0 && decayFactor <= 1, .decayFactor, decayFactor, "a number above 0, at most 1")
        try require((0...100_000).contains(warmupEpochs), .warmupEpochs, warmupEpochs, "0 to 100000")
        try require((0..<1).contains(labelSmoothing), .labelSmoothing, labelSmoothing, "0 up to, not including, 1")
        try require(
            clipNorm.map { $0 > 0 && $0 <= 1e30 } ?? true, .clipNorm, clipNorm ?? 0,
            "a number above 0, at most 1e30, or leave it out")
        try require(ema.map { $0 > 0 && $0 < 1 } ?? true, .ema, ema ?? 0, "a number between 0 and 1, or leave it out")
        try require(
            (0...1).contains(distillationShare), .distillationShare, distillationShare,
            "0 (labels alone) to 1 (teacher alone)")
        try require(
            (0.001...1000).contains(distillationTemperature), .distillationTemperature, distillationTemperature,
            "0.001 to 1000")
        try requireRange(.teacherCrops, teacherCrops, 1...10_000, "1 to 10000, or leave it out")
        guard teacherCrops == nil || teacher != nil else {
            throw TrainingError("teacher-crops is for a teacher, and there is none: give teacher too, or leave it out")
        }
        try require(
            channelSparsity.map { $0 > 0 && $0 <= 1e6 } ?? true, .channelSparsity, channelSparsity ?? 0,
            "a number above 0, at most 1e6, or leave it out")
        try require((0..<1).contains(holdOut), .holdOut, holdOut, "0 up to, not including, 1")
        try require(
            resolution.map { (1...8192).contains($0) } ?? true, .resolution, resolution ?? 0, "1 to 8192 pixels")
        guard weightsKey == nil || weights != nil else {
            throw TrainingError("weights-key chooses among the sets of weights in a file: give weights too")
        }
        if task == .detection, let key = keysOfClassification.first {
            throw TrainingError("\(key.rawValue) is for task: classification: leave it out")
        }
        if task != .detection, let key = keysOfDetection.first {
            throw TrainingError(
                "\(key.rawValue) is for task: detection, which finds objects: give task too, or leave it out")
        }
        try require(zoomOut.map { (1...16).contains($0) } ?? true, .zoomOut, zoomOut ?? 0, "1 (never) to 16")
        try require(
            matchOverlap.map { $0 > 0 && $0 < 1 } ?? true, .matchOverlap, matchOverlap ?? 0, "a number between 0 and 1")
        try require(
            negativeRatio.map { $0 > 0 && $0 <= 1000 } ?? true, .negativeRatio, negativeRatio ?? 0,
            "a number above 0, at most 1000")
        try requireRange(.patience, patience, 1...100_000, "1 to 100000 epochs")
        try requireRange(.freeze, freeze, 0...100_000, "0 to 100000 epochs")
        try requireRange(.backboneRate, backboneRate, 1e-6...1, "1e-6 to 1")
        try requireRange(.firstLayerRate, firstLayerRate, 1e-6...1, "1e-6 to 1")
        try requireRange(.logitsRate, logitsRate, 0.01...100, "0.01 to 100")
        if weights == nil, let key = keysOfGivenWeights.first {
            throw TrainingError(
                "\(key.rawValue) is for what comes from a file of weights: give weights too, or leave it out")
        }
        guard normalization != .weights || weights != nil else {
            throw TrainingError(
                "normalization is weights, and there are none: give weights too, or use measured, imagenet or half")
        }
        try requireRange(.accumulate, accumulate, 1...batchSize, "1 to batch-size, which is \(batchSize)")
        try requireRange(.colorJitter, colorJitter, 0...1, "0 (none) to 1")
        try requireRange(
            .randAugment, randAugment, 0...RandAugment.maximumMagnitude, "0 to \(RandAugment.maximumMagnitude)")
        try requireRange(.erasing, erasing, 0...1, "0 (never) to 1 (every image)")
        try requireRange(.mixup, mixup, ImageMixing.exponents, "0.01 to 2, or leave it out")
        try requireRange(.cutmix, cutmix, ImageMixing.exponents, "0.01 to 2, or leave it out")
        try require(channels.map { $0 == 1 || $0 == 3 } ?? true, .channels, channels ?? 0, "1 (grey) or 3 (RGB)")
    }

    /// Settings that are given and that tell weights of a file from new ones.
    private var keysOfGivenWeights: [CodingKeys] {
        let given: [(CodingKeys, Bool)] = [
            (.fineTune, fineTune == true), (.freeze, freeze != nil), (.backboneRate, backboneRate != nil),
        ]
        return given.filter(\.1).map(\.0)
    }

    /// Whether weights of a file are trained in another way than new ones.
    var tellsGivenWeights: Bool { !keysOfGivenWeights.isEmpty }

    /// Settings that are given and that boxes have no use for.
    private var keysOfClassification: [CodingKeys] {
        let given: [(CodingKeys, Bool)] = [
            (.teacher, teacher != nil), (.balance, balance != nil), (.colorJitter, colorJitter != nil),
            (.randAugment, randAugment != nil), (.erasing, erasing != nil),
            (.mixup, mixup != nil), (.cutmix, cutmix != nil),
        ]
        return given.filter(\.1).map(\.0)
    }

    /// Settings that are given and that only boxes have a use for.
    private var keysOfDetection: [CodingKeys] {
        let given: [(CodingKeys, Bool)] = [
            (.zoomOut, zoomOut != nil), (.matchOverlap, matchOverlap != nil), (.negativeRatio, negativeRatio != nil),
            (.classLoss, classLoss != nil),
        ]
        return given.filter(\.1).map(\.0)
    }
}
