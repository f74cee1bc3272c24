import Lowering
import Synchronization

/// What chains take, worked out once for any number of networks: those that a search looks at have most of their
/// chains in common.
///
/// Two chains take the same, apart from values that only pass by, if their steps read the same rows in the same
/// passes of values
/// at the same distances, the same values are stored whole, and maps of the same size are read for the last time. A
/// key is all of
/// this, not a digest of it, so that what is remembered is what would be worked out.
final class KnownChains: Sendable {
    /// A step's passes, rows, scratch and what it reads, as numbers.
    typealias Form = [Int]

    /// A chain: the forms of its steps, then what lies around it.
    struct Key: Hashable {
        let numbers: [Int]
    }

    /// What a chain takes without the values that pass by, and how many passes it took to know.
    struct Found: Sendable {
        let sum: Int
        let bound: Int
        let floor: Int
        let work: Int
    }

    /// Several parts, so that threads seldom wait for each other.
    private final class Shelf: Sendable {
        let found = Mutex<[Key: Found]>([:])
    }

    private let shelves = (0..<64).map { _ in Shelf() }
    private let forms = Mutex<[Form: Int]>([:])

    /// Numbers that stand for the forms of a schedule's steps: the same for the same form.
    func numbers(of schedule: Schedule) -> [Int] {
        let own = schedule.steps.indices.map { Self.form(of: $0, in: schedule) }
        return forms.withLock { forms in
            own.map { form in
                if let known = forms[form] { return known }
                forms[form] = forms.count
                return forms.count - 1
            }
        }
    }

    /// What a chain takes, if that is known.
    subscript(key: Key) -> Found? {
        get { shelf(of: key).found.withLock { $0[key] } }
        set { shelf(of: key).found.withLock { $0[key] = newValue } }
    }

    private func shelf(of key: Key) -> Shelf { shelves[Int(UInt(bitPattern: key.hashValue) % UInt(shelves.count))] }

    private static func form(of index: Int, in schedule: Schedule) -> Form {
        let step = schedule.steps[index]
        var form = [step.passes, step.writesAtEnd ? 1 : 0, step.rows, step.rowBytes, step.scratch.count]
        for scratch in step.scratch { form += [scratch.bytes, scratch.isKept ? 1 : 0] }
        for operand in step.operands {
            form += [index - operand.value, operand.isElementwise ? 1 : 0]
            // Two rows in one number: rows are far below 2³¹.
            form += zip(operand.firstRows, operand.lastRows).map { Int($0) << 32 | Int(UInt32(bitPattern: $1)) }
        }
        return form
    }
}
