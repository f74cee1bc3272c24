import Foundation
import Training

/// The folder of one fit, and the names of what lies in it.
public struct FitFolder: Sendable, Equatable {
    /// Its path.
    public let path: String

    /// A folder by its path; nothing is made or read.
    public init(_ path: String) { self.path = path }

    /// What the images are.
    package var survey: String { path + "/survey.json" }
    /// Which images are trained on, chosen by and scored on: a data set that every verb takes.
    public var images: String { path + "/images.json" }
    /// Networks that fit.
    package var candidates: String { path + "/candidates.json" }
    /// What the clock decided.
    public var schedule: String { path + "/schedule.json" }
    /// What is done.
    package var state: String { path + "/state.json" }
    /// What came out.
    public var summary: String { path + "/summary.json" }
    /// The same for people.
    public var report: String { path + "/report.txt" }
    /// The page about the winner.
    public var page: String { path + "/report.html" }
    /// The teacher's run.
    public var teacher: RunFolder { RunFolder(path + "/teacher") }
    /// What the teacher says of the training images.
    package var teacherAnswers: String { path + "/teacher-answers" }
    /// The winner's run.
    public var run: RunFolder { RunFolder(path + "/run") }
    /// The device package.
    public var firmware: String { path + "/firmware" }
    /// The library for C.
    public var library: String { path + "/library" }
    /// Where trainings are timed; gone afterwards.
    package var timings: String { path + "/timings" }

    /// The teacher without most of its channels.
    package func pruned(_ name: String) -> String { "\(path)/pruned/\(name)" }
    /// The folder of a rung, counted from 1.
    package func rung(_ number: Int) -> String { "\(path)/rungs/\(number)" }
    /// The training of a candidate on a rung.
    package func run(_ name: String, rung: Int) -> RunFolder { RunFolder("\(self.rung(rung))/\(name)") }

    /// Whether the clock has decided.
    package var holdsSchedule: Bool { FileManager.default.fileExists(atPath: schedule) }
    /// Whether a fit has begun here.
    package var holdsFit: Bool { FileManager.default.fileExists(atPath: state) }
}
