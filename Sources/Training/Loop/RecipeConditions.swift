import Torch

// What a recipe asks of the machine, of the processes and of the data.

extension Recipe.Precision {
    /// The type of fewer bits that products are computed in; nil for float32's own.
    public var productType: ScalarType? {
        switch self {
        case .float32, .tf32: nil
        case .bfloat16: .bfloat16
        case .float16: .float16
        }
    }

    /// Checks that a device computes in it.
    ///
    /// - Throws: `TrainingError` where it does not.
    public func check(on device: Device) throws {
        switch self {
        case .float32: break
        case .tf32, .float16:
            guard device.isCUDA else {
                let others = device.isCPU && Torch.hasBfloat16 ? "float32 or bfloat16" : "float32"
                throw TrainingError(
                    "precision is \(rawValue), which only GPUs of NVIDIA compute in: use \(others) on \(device)")
            }
        case .bfloat16:
            guard device.isCPU || device.isCUDA else {
                throw TrainingError("precision is bfloat16, which \(device) does not train in: use float32")
            }
            guard device.isCUDA || Torch.hasBfloat16 else {
                throw TrainingError(
                    "precision is bfloat16, and this processor has no instructions for it (AVX-512 BF16, AMX or Arm's BF16): use float32"
                )
            }
        }
    }
}

extension Recipe {
    /// Checks that a training can run as it is asked to.
    ///
    /// - Parameter ranks: how many processes share each batch.
    /// - Throws: `TrainingError` with what cannot be.
    func check(_ options: TrainerOptions, ranks: Int) throws {
        if !options.emulatesPrecision { try precision.check(on: options.device) }
        guard ranks <= batchSize else {
            throw TrainingError(
                "batch-size is \(batchSize), and \(ranks) ranks share each batch: use at least one image a rank")
        }
        guard !options.synchronisesBatchNorm || (accumulate ?? 1) == 1 else {
            throw TrainingError(
                "accumulate is \(accumulate ?? 1), and batch normalisation cannot take its statistics from all ranks' images where each "
                    + "computes them part by part: leave one of the two out")
        }
    }

    /// Whether so many epochs have passed since the best one as the recipe's patience says.
    func losesPatience(after epoch: Int, bestEpoch: Int) -> Bool { patience.map { epoch - bestEpoch >= $0 } ?? false }

    /// Whether a training with these epochs is over before its last one, as no score since the best was better.
    package func losesPatience(after epochs: [EpochMetrics]) -> Bool {
        guard let last = epochs.last, let best = epochs.map(\.accuracy).max(),
            let first = epochs.first(where: { $0.accuracy == best })
        else { return false }
        return losesPatience(after: last.epoch, bestEpoch: first.epoch)
    }

    /// Checks that a training whose length scores decide does not look at a test split for them.
    ///
    /// - Throws: `TrainingError` where it would.
    func checkPatience(_ part: EvaluationPart) throws {
        guard patience == nil || part != .test else {
            throw TrainingError(
                "patience goes by scores, and \(data) gives those of its test split, which would then say too much: hold images out with "
                    + "--hold-out 0.1, or add a validation split")
        }
    }
}
