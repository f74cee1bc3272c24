import Planning
import Reporting
import Torch
import Training

extension RunReport {
    /// What a report looks at.
    public struct Options: Sendable {
        /// A data set to score the run on; nil for the run's own.
        public var data: String?
        /// The part of it; nil for what the run held out, else the test split.
        public var part: EvaluationPart?
        /// Which of the run's weights.
        public var weights = TrainedModel.Weights.model
        /// Where the float network computes.
        public var device = Device.cpu
        /// Another int8 model than the run's own.
        public var int8Model: String?
        /// Folder of a device package; nil looks for one of this very int8 model beside the run.
        public var firmware: String?
        /// Whether images run on an emulated core, and how many.
        public var emulates = false
        public var emulatedImages = 3
        /// What there is to keep to; empty takes the device package's.
        public var budget = Budget()
        /// Mistakes to show, and images to look into.
        public var mistakes = 12
        public var looks = 4
        /// Images at a time, threads that load them, and whether broken ones are left out.
        public var batchSize = 128
        public var workers = 2
        public var skipsBadImages = false
        /// Parts of whoever asks for the page, such as how the run came about: they stand below what the run is.
        public var furtherSections: [HTMLPage.Section] = []

        /// The run's own data, int8 model and device package.
        public init() {}
    }

    /// How far a report is.
    public enum Progress: Sendable {
        /// Something begins, in words.
        case stage(String)
        /// Images of it are done.
        case images(done: Int, of: Int)
    }

    /// The report's numbers, for machines.
    public struct Record: Encodable, Sendable {
        /// What to try next.
        public struct Step: Encodable, Sendable {
            public let title: String
            public let reason: String
            public let command: String?
        }

        /// Which part of which data, how many images, and how many of them the run was trained on.
        public let data: String
        public let split: String
        public let images: Int
        public let trained_on: Int
        /// "accuracy" or "mAP@0.50", of float and of int8.
        public let score_name: String
        public let score: Double
        public let int8_score: Double?
        /// Of networks that tell classes apart.
        public let expected_calibration_error: Double?
        public let advice: [Step]
    }
}
