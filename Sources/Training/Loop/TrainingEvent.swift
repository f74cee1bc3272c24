/// What happens in a training, for whoever shows it.
public enum TrainingEvent: Sendable {
    /// Training begins, or goes on from `startStep`.
    case started(Start)
    /// The teacher is being asked about crops of each image: which part of that is done, 0 to 1.
    case teacherAsked(share: Double, crops: Int)
    case step(Step)
    /// An epoch's evaluation is over, and took so long.
    case scored(images: Int, seconds: Double)
    /// An epoch and its evaluation are over.
    case epoch(EpochMetrics, of: Int)
    /// A checkpoint was written.
    case checkpoint(path: String)
    /// The training is over before its last epoch: so many have passed since the best one as the recipe's patience says.
    case ended(epoch: Int, bestEpoch: Int)
    /// The training was asked to stop and left a checkpoint.
    case interrupted(step: Int)

    /// What is about to happen.
    public struct Start: Sendable {
        public let trainingImages: Int
        public let evaluationImages: Int
        public let evaluationName: String
        /// Which part of the data scores are taken on.
        public let evaluationPart: EvaluationPart
        public let parameters: Int
        public let multiplyAccumulates: Int
        public let startStep: Int
        public let steps: Int
        public let stepsPerEpoch: Int
        /// What became of the weights that the recipe starts from, for people; nil where all are new or the run goes on.
        public let initialWeights: String?
        /// What the score of an epoch is called: "accuracy" or "mAP@0.50".
        public let scoreName: String
        /// Boxes of annotations that were left out, and the file that lists them; nil for none.
        public let droppedBoxes: (count: Int, list: String)?
        /// Sentences about the data; empty where the run goes on.
        public let remarks: [String]
    }

    /// Where an epoch stands.
    public struct Step: Sendable {
        /// Counted from 1.
        public let epoch: Int
        public let epochs: Int
        /// Of the epoch, counted from 1.
        public let step: Int
        public let stepsPerEpoch: Int
        /// Means over the epoch so far.
        public let loss: Double
        public let accuracy: Double
        public let learningRate: Double
        public let imagesPerSecond: Double
        /// Seconds to the end of the training at this pace, evaluation not counted.
        public let secondsLeft: Double
    }
}
