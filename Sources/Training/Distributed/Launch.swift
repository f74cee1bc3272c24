/// Where a launcher has put this process among those of one training: torchrun, Slurm's srun, or whatever sets the same variables.
public struct Launch: Sendable, Equatable {
    /// This process among all, from 0.
    public var rank: Int
    /// How many processes there are.
    public var count: Int
    /// This process among those of its machine, from 0.
    public var localRank: Int
    /// How many of the processes run on this machine.
    public var localCount: Int
    /// Where ranks find each other.
    public var host: String
    public var port: Int
    /// Whether the launcher answers there itself.
    public var launcherHostsStore: Bool
    /// How often the launcher has started all processes anew, from 0.
    public var attempt: Int

    /// Whether all processes run on this machine.
    public var isOneMachine: Bool { localCount == count }

    /// Reads a launcher's variables; nil where there is no launcher.
    ///
    /// - Throws: `TrainingError` that names the variable which is missing or makes no sense.
    public init?(environment: [String: String]) throws {
        let variables = Variables(environment)
        let rank: Int
        let count: Int
        if variables.has("RANK") || variables.has("WORLD_SIZE") {
            count = try variables.number("WORLD_SIZE", atLeast: 1)
            rank = try variables.number("RANK", atLeast: 0)
            guard rank < count else {
                throw TrainingError("RANK is \(rank) and WORLD_SIZE is \(count): ranks go from 0 to \(count - 1)")
            }
            localRank = try variables.number("LOCAL_RANK", atLeast: 0, default: 0)
            localCount = try variables.number("LOCAL_WORLD_SIZE", atLeast: 1, default: 1)
            host = try variables.text("MASTER_ADDR", needed: count > 1)
            port = try variables.port("MASTER_PORT", needed: count > 1)
        } else if variables.has("SLURM_PROCID"), variables.has("SLURM_STEP_NUM_TASKS") {
            // Slurm sets SLURM_NTASKS in batch scripts too, but this one only for what srun starts.
            count = try variables.number("SLURM_STEP_NUM_TASKS", atLeast: 1)
            rank = try variables.number("SLURM_PROCID", atLeast: 0)
            localRank = try variables.number("SLURM_LOCALID", atLeast: 0)
            let node = try variables.number("SLURM_NODEID", atLeast: 0, default: 0)
            localCount = Slurm.tasks(onNode: node, of: environment["SLURM_STEP_TASKS_PER_NODE"] ?? "") ?? 1
            let nodes = environment["SLURM_STEP_NODELIST"] ?? environment["SLURM_JOB_NODELIST"] ?? ""
            host = try environment["MASTER_ADDR"] ?? Slurm.firstNode(of: nodes)
            // Jobs that share a machine must not share a port.
            let job = try variables.number("SLURM_JOB_ID", atLeast: 0, default: 0)
            port =
                environment["MASTER_PORT"] == nil
                ? 20_000 + job % 10_000 : try variables.port("MASTER_PORT", needed: true)
        } else {
            return nil
        }
        (self.rank, self.count) = (rank, count)
        launcherHostsStore = ["1", "true"].contains(environment["TORCHELASTIC_USE_AGENT_STORE"]?.lowercased())
        attempt = try variables.number("TORCHELASTIC_RESTART_COUNT", atLeast: 0, default: 0)
    }
}

/// Environment variables, and sentences about those that make no sense.
private struct Variables {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    func has(_ name: String) -> Bool { values[name]?.isEmpty == false }

    /// A whole number; where it is not set, `fallback`.
    func number(_ name: String, atLeast minimum: Int, default fallback: Int? = nil) throws -> Int {
        guard has(name) else {
            if let fallback { return fallback }
            throw missing(name)
        }
        guard let text = values[name], let value = Int(text), value >= minimum else {
            throw TrainingError("\(name) is \"\(values[name] ?? "")\": it has to be a whole number, \(minimum) or more")
        }
        return value
    }

    func text(_ name: String, needed: Bool) throws -> String {
        if let value = values[name], !value.isEmpty { return value }
        guard needed else { return "" }
        throw missing(name)
    }

    func port(_ name: String, needed: Bool) throws -> Int {
        guard needed || has(name) else { return 0 }
        let value = try number(name, atLeast: 1)
        guard value <= 65_535 else { throw TrainingError("\(name) is \(value): ports go from 1 to 65535") }
        return value
    }

    private func missing(_ name: String) -> TrainingError {
        let set = ["RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"].filter(has).joined(separator: ", ")
        return TrainingError(
            "\(name) is not set, but \(set.isEmpty ? "other variables of a launcher are" : set + " are"): start with torchrun or srun, "
                + "set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, or none of them to train with one process")
    }
}

/// What Slurm's variables say, in Slurm's notation.
enum Slurm {
    /// The first machine of a list such as `node[003-007,9],login1`.
    static func firstNode(of list: String) throws -> String {
        let name = list.prefix { $0 != "," && $0 != "[" }
        guard !name.isEmpty else {
            throw TrainingError(
                "SLURM_STEP_NODELIST is \"\(list)\" and names no machine: set MASTER_ADDR to that of rank 0")
        }
        guard list.dropFirst(name.count).first == "[" else { return String(name) }
        let inside = list.dropFirst(name.count + 1)
        let number = inside.prefix { $0.isNumber }
        let end = inside.firstIndex(of: "]")
        let tail = end.map { inside[inside.index(after: $0)...].prefix { $0 != "," } } ?? ""
        return String(name) + number + tail
    }

    /// How many tasks run on a node of a list such as `2(x3),1`; nil where the list does not say.
    static func tasks(onNode node: Int, of list: String) -> Int? {
        var left = node
        for part in list.split(separator: ",") {
            let digits = part.prefix { $0.isNumber }
            guard let tasks = Int(digits) else { return nil }
            let repeats = part.dropFirst(digits.count).filter(\.isNumber)
            let nodes = Int(repeats) ?? 1
            if left < nodes { return tasks }
            left -= nodes
        }
        return nil
    }
}
