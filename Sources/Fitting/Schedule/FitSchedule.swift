import Files
import Foundation

/// What the clock decides, decided once: who competes, on how many images, for how many epochs.
///
/// Written to `schedule.json` from timings at the start. Later starts read it and ask no clock, so that a fit which was
/// killed ends with the same choice and the same weights; `--schedule` has another machine do the same.
public struct FitSchedule: Sendable, Equatable, Codable {
    /// A network that competes, and how quickly it trains.
    public struct Entry: Sendable, Equatable, Codable {
        public var candidate: FitCandidate
        public var pace: Pace

        package init(candidate: FitCandidate, pace: Pace) {
            (self.candidate, self.pace) = (candidate, pace)
        }
    }

    /// The training of the teacher.
    public struct TeacherStage: Sendable, Equatable, Codable {
        public var resolution: Int
        /// 0 for one that is trained already.
        public var epochs: Int
        /// Crops of each image that it is asked about.
        public var crops: Int
        public var pace: Pace

        package init(resolution: Int, epochs: Int, crops: Int = 1, pace: Pace) {
            (self.resolution, self.epochs, self.crops, self.pace) = (resolution, epochs, crops, pace)
        }

        /// Seconds of its training, if it is not trained already.
        package func trainingSeconds(training images: Int, scored: Int) -> Double {
            epochs == 0 ? 0 : pace.seconds(epochs: epochs, training: images, scored: scored)
        }

        /// Seconds in which it says what it sees.
        package func askingSeconds(training images: Int) -> Double {
            pace.start + Double(crops) * Double(images) * pace.scoring
        }
    }

    /// A rung of successive halving: so many networks are trained so long, the better half goes on.
    public struct Rung: Sendable, Equatable, Codable {
        /// How many networks are trained.
        public var entrants: Int
        /// How many of the training images they see.
        public var images: Int
        /// Epochs of each network that may get here, by its name.
        public var epochs: [String: Int]
        /// What it takes, on average over who may get here.
        public var seconds: Double

        package init(entrants: Int, images: Int, epochs: [String: Int], seconds: Double) {
            (self.entrants, self.images, self.epochs, self.seconds) = (entrants, images, epochs, seconds)
        }
    }

    /// The training of who won.
    public struct Final: Sendable, Equatable, Codable {
        public var epochs: [String: Int]
        /// Of training with int8's rounding, where int8 loses too much.
        public var quantizationEpochs: Int
        public var seconds: Double

        package init(epochs: [String: Int], quantizationEpochs: Int, seconds: Double) {
            (self.epochs, self.quantizationEpochs, self.seconds) = (epochs, quantizationEpochs, seconds)
        }
    }

    /// What was asked for.
    public var hours: Double
    /// What timing took.
    public var timingSeconds: Double
    public var teacher: TeacherStage?
    public var entries: [Entry]
    public var rungs: [Rung]
    public var final: Final
    /// Quantising, firmware and what runs on the emulated core.
    public var finishSeconds: Double
    /// What was left out for want of time, in sentences.
    public var remarks: [String]
    private var format = "sapool-schedule"
    private var version = FitSchedule.version

    /// Of the file's form: 2 since teachers are asked about crops. Without a teacher 1 says the same.
    private static let version = 2

    /// What says whether a file can be read at all.
    private struct Head: Decodable {
        struct Anything: Decodable {}
        let format: String
        let version: Int
        let teacher: Anything?
    }

    package init(
        hours: Double, timingSeconds: Double, teacher: TeacherStage?, entries: [Entry], rungs: [Rung], final: Final,
        finishSeconds: Double, remarks: [String]
    ) {
        (self.hours, self.timingSeconds, self.teacher, self.entries) = (hours, timingSeconds, teacher, entries)
        (self.rungs, self.final, self.finishSeconds, self.remarks) = (rungs, final, finishSeconds, remarks)
    }

    /// What the teacher takes, with what it is asked.
    package func teacherSeconds(training images: Int, scored: Int) -> Double {
        teacher.map {
            $0.trainingSeconds(training: images, scored: scored) + $0.askingSeconds(training: images)
        } ?? 0
    }

    /// Reads a schedule.
    ///
    /// - Throws: `FittingError` where there is none, or it cannot be kept.
    public init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FittingError("the schedule \(path) cannot be read: name the schedule.json of a fit")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let head = try? decoder.decode(Head.self, from: data), head.format == "sapool-schedule" else {
            throw FittingError("\(path) is no schedule of a fit: name the schedule.json that sapool fit has written")
        }
        guard head.version == Self.version || (head.version == 1 && head.teacher == nil) else {
            throw FittingError(
                "\(path) has version \(head.version)\(head.version == 1 ? " and a teacher" : ""), this sapool reads \(Self.version): "
                    + "leave --schedule out, and choose another output folder")
        }
        guard var read = try? decoder.decode(FitSchedule.self, from: data) else {
            throw FittingError(
                "\(path) lacks a part of a schedule, or has it in another form: name the schedule.json that sapool fit has written"
            )
        }
        read.version = Self.version
        self = read
        try check(path)
    }

    /// Times that can be added up.
    package static let plausibleSeconds = 0.0...1e12

    private func check(_ path: String) throws {
        func require(_ condition: Bool, _ what: String) throws {
            guard condition else { throw FittingError("\(path) cannot be kept: \(what)") }
        }
        let names = entries.map(\.candidate.name)
        try require(
            !names.isEmpty && names.count <= 1000 && Set(names).count == names.count,
            "it needs entries, each with a name of its own")
        for name in names {
            let isPlain =
                !name.isEmpty && !name.hasPrefix(".")
                && name.utf8.allSatisfy {
                    switch $0 {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
            try require(
                isPlain && name.utf8.count <= 100, "an entry's name is a folder's: use letters, digits and dashes")
        }
        let plain = entries.allSatisfy { $0.candidate.isPlausible && $0.pace.isPlausible }
        try require(plain, "an entry's sizes or times are out of range")
        let times = [timingSeconds, final.seconds, finishSeconds] + rungs.map(\.seconds)
        try require(
            times.allSatisfy(Self.plausibleSeconds.contains) && hours > 0 && hours <= 10_000,
            "its times are out of range")
        let range = 1...100_000
        try require(
            names.allSatisfy { final.epochs[$0].map(range.contains) ?? false },
            "final needs epochs for every entry, 1 to 100000")
        try require((0...1000).contains(final.quantizationEpochs), "quantization_epochs are 0 to 1000")
        try require(rungs.count <= 20, "it has more than 20 rungs")
        var entrants = names.count
        for (index, rung) in rungs.enumerated() {
            try require(
                (1...entrants).contains(rung.entrants),
                "rung \(index + 1) has \(rung.entrants) entrants, of \(entrants) at most")
            try require(index > 0 || rung.entrants == names.count, "rung 1 is of all entries")
            try require(
                names.allSatisfy { rung.epochs[$0].map(range.contains) ?? false },
                "rung \(index + 1) needs epochs for every entry, 1 to 100000")
            try require(rung.images > 0, "rung \(index + 1) has no images")
            entrants = rung.entrants
        }
        try require(!rungs.isEmpty || names.count == 1, "without rungs there can be one entry only")
        if let teacher {
            try require(
                (0...100_000).contains(teacher.epochs) && (1...10_000).contains(teacher.crops)
                    && (16...1024).contains(teacher.resolution)
                    && teacher.pace.isPlausible,
                "its teacher is out of range")
        }
        let hasPruned = entries.contains { $0.candidate.origin == .pruned }
        try require(teacher != nil || !hasPruned, "an entry is pruned of a teacher, and there is none")
    }

    /// Whether networks begin with weights that were learned on other images.
    package var hasPretrained: Bool { entries.contains { $0.candidate.origin == .pretrained } }

    /// Writes it, whole or not at all.
    package func write(to path: String) throws { try AtomicFile.replace(path, with: json()) }

    /// The file's form.
    public func json() throws -> [UInt8] { try StoredValue.json(self, keys: .convertToSnakeCase) }
}
