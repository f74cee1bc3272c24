import Foundation
import Torch

/// The processes that train one network together, as one of them sees them; most often only this one.
///
/// Like everything that talks to libtorch it belongs to one thread, and every rank makes the same calls in the same order.
public final class Ranks {
    /// This process among all, from 0.
    public let rank: Int
    /// How many processes there are.
    public let count: Int
    /// The connection to the others; nil where there are none.
    let group: ProcessGroup?
    private let timeout: Double

    /// This process alone.
    public static var alone: Ranks { Ranks(rank: 0, count: 1, group: nil, timeout: 0) }

    private init(rank: Int, count: Int, group: ProcessGroup?, timeout: Double) {
        (self.rank, self.count, self.group, self.timeout) = (rank, count, group, timeout)
    }

    /// Meets the processes that a launcher has started with this one.
    ///
    /// - Parameters:
    ///   - device: where this rank computes.
    ///   - timeout: seconds that a rank waits for the others, now and in every step.
    /// - Throws: `TrainingError` where they do not come.
    public convenience init(_ launch: Launch, device: Device = .cpu, timeout: Double) throws {
        guard launch.count > 1 else {
            self.init(rank: 0, count: 1, group: nil, timeout: timeout)
            return
        }
        let meeting = ProcessGroup.Meeting(
            host: launch.host, port: launch.port, isHost: launch.rank == 0 && !launch.launcherHostsStore,
            prefix: "sapool/\(launch.attempt)/", address: launch.isOneMachine ? "127.0.0.1" : nil)
        func failure(_ reason: Substring) -> TrainingError {
            TrainingError(
                "rank \(launch.rank) of \(launch.count) does not meet the others at \(launch.host):\(launch.port) within "
                    + "\(Ranks.seconds(timeout)): check that all \(launch.count) were started, and MASTER_ADDR and MASTER_PORT "
                    + "(libtorch says: \(reason))")
        }
        do {
            // libtorch waits for ever where something takes the connection and then says nothing.
            let group = try Deadline.run(seconds: timeout + 2) {
                try ProcessGroup(
                    rank: launch.rank, count: launch.count, meeting: meeting, timeout: timeout, usesCUDA: !device.isCPU)
            }
            guard let group else { throw failure("nothing; what answers there is no rank 0") }
            self.init(rank: launch.rank, count: launch.count, group: group, timeout: timeout)
        } catch let error as TorchError {
            throw failure(error.firstLine)
        }
    }

    /// Whether this rank writes files and speaks to people.
    public var isFirst: Bool { rank == 0 }

    // MARK: - Agreements

    /// Sums of numbers over all ranks, bitwise the same on each.
    func sum(_ values: [Double]) throws -> [Double] {
        guard let group else { return values }
        let tensor = try Tensor(values, shape: [values.count])
        try group.sum(tensor)
        return try tensor.array()
    }

    /// Each rank's number, in their order.
    func gather(_ value: Int) throws -> [Int] {
        var values = [Double](repeating: 0, count: count)
        values[rank] = Double(value)
        return try sum(values).map { Int($0) }
    }

    /// Each rank's bytes, in their order.
    func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
        try (0..<count).map { root in try fromRank(root, bytes) }
    }

    /// What the first rank makes. Where it fails, it throws its error and the others throw `FirstRankFailed`.
    public func shared<Value: Codable>(_ make: () throws -> Value) throws -> Value {
        guard count > 1 else { return try make() }
        let made = isFirst ? Result { try Array(JSONEncoder().encode(make())) } : .success([])
        var failed = false
        if case .failure = made { failed = true }
        guard try sum([failed ? 1 : 0]) == [0] else {
            _ = try made.get()
            throw FirstRankFailed()
        }
        return try JSONDecoder().decode(Value.self, from: Data(fromRank(0, made.get())))
    }

    /// Overwrites tensors by those of the first rank.
    func copyFromFirst(_ tensors: [Tensor]) throws {
        guard let group else { return }
        for tensor in tensors { try group.broadcast(tensor) }
    }

    private func fromRank(_ root: Int, _ bytes: [UInt8]) throws -> [UInt8] {
        guard let group else { return bytes }
        let length = try Tensor([Int64(rank == root ? bytes.count : 0)], shape: [1])
        try group.broadcast(length, from: root)
        let size = Int(try length.item())
        guard size > 0 else { return [] }
        let buffer = rank == root ? bytes : [UInt8](repeating: 0, count: size)
        let tensor = try Tensor(buffer, shape: [size])
        try group.broadcast(tensor, from: root)
        return try tensor.array()
    }

    // MARK: - Failures

    /// Runs something that talks to the others; that one of them is gone becomes a sentence.
    ///
    /// - Parameter checkpoint: where to go on from, if there is one.
    public func keepingContact<Result>(checkpoint: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TorchError where count > 1 && error.isLostContact {
            let exists = FileManager.default.fileExists(atPath: checkpoint)
            throw LostContact(
                "rank \(rank) of \(count) has lost the others: one has died or stopped, or has not answered for \(Self.seconds(timeout)) "
                    + "(--distributed-timeout); start all of them again with --resume"
                    + (exists ? ", which goes on from \(checkpoint)" : ""))
        }
    }

    private static func seconds(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value)) s" : "\(value) s"
    }
}

/// The first rank could not go on and says why itself.
public struct FirstRankFailed: Error, CustomStringConvertible, Sendable {
    public let description = "the first rank cannot go on"
}

/// Another rank cannot be reached any more. The connection is of no use; the process had better end at once.
public struct LostContact: Error, CustomStringConvertible, Sendable {
    public let description: String

    init(_ description: String) { self.description = description }
}
