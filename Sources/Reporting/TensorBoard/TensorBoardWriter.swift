import Files
import Foundation
import SwiftProtobuf

/// Writes event files that TensorBoard shows: `tensorboard --logdir RUN`.
///
/// Each call hands its records to the system before it returns, so they survive the end of this process, however it ends;
/// `flush()` makes them survive a power cut too. A new writer in the same folder opens a new file, which TensorBoard
/// reads as the continuation.
///
///     let writer = try TensorBoardWriter(directory: "runs/demo/events")
///     try writer.addScalar("loss/train", 2.31, step: 0)
///
/// Belongs to one thread at a time.
public final class TensorBoardWriter {
    /// The path of the event file.
    public var path: String { file.path }

    private let file: EventFile

    /// Opens a new event file, making the folder if there is none.
    ///
    /// - Parameters:
    ///   - directory: the folder of the run.
    ///   - purgeStep: for resuming: TensorBoard forgets what earlier files in the folder say of this step and later ones,
    ///     which a run that was interrupted had written after its last checkpoint.
    /// - Throws: `ReportingError` that names the path.
    public init(directory: String, purgeStep: Int? = nil) throws {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw ReportingError("cannot make the folder \(directory): \(error.localizedDescription)")
        }
        file = try Self.create(in: directory)
        try write(step: 0) { $0.fileVersion = "brain.Event:2" }
        if let purgeStep {
            try write(step: purgeStep) { event in
                event.sessionLog = .with { $0.status = .start }
            }
        }
    }

    /// Adds a point to a curve.
    ///
    /// - Parameters:
    ///   - tag: the curve's name; a slash groups curves, as in `loss/train`.
    ///   - value: kept in single precision, as TensorBoard does; it shows infinities and NaN as such.
    ///   - step: the place on the horizontal axis.
    /// - Throws: `ReportingError` if the file cannot be written.
    public func addScalar(_ tag: String, _ value: Double, step: Int) throws {
        try addScalars([(tag, value)], step: step)
    }

    /// Adds a point to each of several curves, in one record.
    ///
    /// - Throws: `ReportingError` if the file cannot be written.
    public func addScalars(_ scalars: [(tag: String, value: Double)], step: Int) throws {
        try write(step: step) { event in
            event.summary.value = scalars.map { tag, value in
                .with {
                    $0.tag = tag
                    $0.simpleValue = Float(value)
                }
            }
        }
    }

    /// Adds a text, which TensorBoard renders as Markdown.
    ///
    /// - Throws: `ReportingError` if the file cannot be written.
    public func addText(_ tag: String, _ text: String, step: Int) throws {
        let value = ProtoSummary.Value.with {
            $0.tag = tag
            $0.metadata.pluginData.pluginName = "text"
            $0.tensor.dtype = .string
            $0.tensor.tensorShape.dim = [.with { $0.size = 1 }]
            $0.tensor.stringVal = [Data(text.utf8)]
        }
        try write(step: step) { $0.summary.value = [value] }
    }

    /// Waits until the disk holds everything.
    ///
    /// - Throws: `ReportingError` if it cannot.
    public func flush() throws {
        try file.synchronize()
    }

    private func write(step: Int, _ fill: (inout ProtoEvent) -> Void) throws {
        var event = ProtoEvent()
        event.wallTime = Date().timeIntervalSince1970
        event.step = Int64(step)
        fill(&event)
        let data: [UInt8]
        do {
            data = try event.serializedBytes()
        } catch {
            throw ReportingError("cannot write \(path): an event of step \(step) does not fit a record")
        }
        try file.append(data)
    }

    /// TensorBoard reads the files of a folder in the order of their names: a new one has to sort last.
    private static func create(in directory: String) throws -> EventFile {
        let present: [String]
        do {
            present = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw ReportingError("cannot read the folder \(directory): \(error.localizedDescription)")
        }
        let times = present.compactMap { name -> Int? in
            guard name.hasPrefix(RunFiles.eventsPrefix) else { return nil }
            let digits = name.dropFirst(RunFiles.eventsPrefix.count).prefix { $0 != "." }
            // A longer number is no time of ours, and could not be counted up.
            return digits.count == 10 ? Int(digits) : nil
        }
        var time = max(Int(Date().timeIntervalSince1970), (times.max() ?? 0) + 1)
        let process = "\(shortHostName()).\(ProcessInfo.processInfo.processIdentifier)"
        while true {
            let path = "\(directory)/\(RunFiles.eventsPrefix)\(time).\(process).sapool"
            if let file = try EventFile(creating: path) { return file }
            time += 1
        }
    }
}
