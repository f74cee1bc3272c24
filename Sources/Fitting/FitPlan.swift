import Datasets
import Foundation
import Reporting

/// What a fit is going to do, before any training: the images, the networks and the time.
public struct FitPlan {
    public let survey: DataSurvey
    public let schedule: FitSchedule
    package let division: DataDivision
    package let teacher: TeacherSource?
    /// Networks that were looked at, and those of the best that keep to the budget.
    package let considered: Int
    package let fitting: Int

    /// Seconds that the schedule has for everything that is left once it is made.
    package var secondsAhead: Double {
        teacherSeconds + schedule.rungs.reduce(0) { $0 + $1.seconds } + schedule.final.seconds + schedule.finishSeconds
    }

    package var teacherSeconds: Double {
        schedule.teacherSeconds(training: division.count(.train), scored: division.count(.validation))
    }

    /// Seconds of a training of the winner's, at most over who may win.
    package var finalSeconds: Double {
        schedule.entries.map { entry in
            entry.pace.seconds(
                epochs: schedule.final.epochs[entry.candidate.name] ?? 1, training: division.count(.train),
                scored: division.count(.validation))
        }.max() ?? 0
    }

    /// For people.
    public var text: String {
        var table = TextTable([
            .left("network"), .right("pixels"), .right("SRAM"), .right("flash"), .right("MACs"), .right("images/s"),
        ])
        for entry in schedule.entries {
            let one = entry.candidate
            table.addRow([
                one.title, "\(one.resolution)",
                ByteSize.text(one.sramBytes), ByteSize.text(one.flashBytes), TextTable.grouped(one.multiplyAccumulates),
                String(format: "%.0f", 1 / max(1e-9, entry.pace.training)),
            ])
        }
        var steps: [String] = []
        if let teacher = schedule.teacher {
            let (images, scored) = (division.count(.train), division.count(.validation))
            if teacher.epochs > 0 {
                steps.append(
                    "\(timeText(teacher.trainingSeconds(training: images, scored: scored))): a teacher, "
                        + "\(counted(teacher.epochs, "epoch")) at \(teacher.resolution) pixels")
            }
            steps.append(
                "\(timeText(teacher.askingSeconds(training: images))): the teacher is asked about \(counted(teacher.crops, "crop")) of each image"
            )
        }
        for (index, rung) in schedule.rungs.enumerated() {
            steps.append(
                "\(timeText(rung.seconds)): rung \(index + 1), \(counted(rung.entrants, "network")), each "
                    + "\(Self.text(rung.epochs)) of \(TextTable.grouped(rung.images)) images")
        }
        steps.append(
            "\(timeText(finalSeconds)): the winner, \(Self.text(schedule.final.epochs)) of "
                + "\(TextTable.grouped(division.count(.train))) images")
        steps.append("\(timeText(schedule.finishSeconds)): int8, firmware, host and emulated core")
        let sum = schedule.timingSeconds + secondsAhead
        return """
            \(survey.sentences.joined(separator: "\n"))

            \(table)

            \((steps + schedule.remarks).joined(separator: "\n"))
            \(timeText(sum)) in all, \(timeText(schedule.timingSeconds)) of them for looking and timing
            """
    }

    /// "2 to 5 epochs", as networks are not equally quick.
    private static func text(_ epochs: [String: Int]) -> String {
        let (least, most) = (epochs.values.min() ?? 1, epochs.values.max() ?? 1)
        return least == most ? counted(most, "epoch") : "\(least) to \(counted(most, "epoch"))"
    }
}
