/// Python's pickle machine, as far as state dicts need it: it builds tensors, strings, numbers, lists and dictionaries, and never calls
/// anything. Protocols 2 to 5; opcodes are those of CPython's `pickletools`.
struct PickleReader {
    private(set) var heap: PickleHeap

    private var cursor: ByteCursor
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]

    /// A reader of the pickle that starts at `position`.
    init(_ bytes: [UInt8], at position: Int = 0) {
        cursor = ByteCursor(bytes, at: position)
        heap = PickleHeap(byteCount: bytes.count)
    }

    /// Where the next pickle starts, once one is read.
    var position: Int { cursor.position }

    /// Runs the machine to its end.
    ///
    /// - Throws: `FileProblem` for a damaged pickle, `PyTorchRefusal` for one that wants more than data.
    mutating func read() throws -> PickleValue {
        while true {
            let place = cursor.position
            guard let opcode = cursor.byte() else { throw FileProblem("its pickle has no end") }
            if opcode == UInt8(ascii: ".") {
                guard marks.isEmpty, let result = stack.popLast(), stack.isEmpty else { throw damaged(place) }
                return result
            }
            guard try run(opcode) else { throw damaged(place) }
            guard heap.objects.count <= PickleHeap.maximumCount else {
                throw FileProblem("its pickle has over \(PickleHeap.maximumCount) objects")
            }
        }
    }

    private func damaged(_ place: Int) -> FileProblem { FileProblem("its pickle is damaged at byte \(place)") }

    // MARK: - Opcodes

    /// One step; false where the stack or the bytes do not allow it.
    private mutating func run(_ opcode: UInt8) throws -> Bool {
        switch opcode {
        case 0x80: return cursor.byte().map { (2...5).contains($0) } ?? false  // PROTO
        case 0x95: return cursor.take(8) != nil  // FRAME
        case UInt8(ascii: "("):
            marks.append(stack.count)
            return true
        case UInt8(ascii: "0"): return pop() != nil  // POP
        case UInt8(ascii: "N"): return push(PickleValue.none)
        case 0x88, 0x89: return push(.bool(opcode == 0x88))
        case UInt8(ascii: "K"): return push(cursor.byte().map { .integer(Int($0)) })
        case UInt8(ascii: "M"): return push(cursor.integer(UInt16.self).map { .integer(Int($0)) })
        case UInt8(ascii: "J"): return push(cursor.integer(Int32.self).map { .integer(Int($0)) })
        case 0x8A: return push(cursor.byte().flatMap { cursor.take(Int($0)) }.map(Self.long))
        case UInt8(ascii: "G"):
            return push(cursor.integer(UInt64.self).map { .real(Double(bitPattern: $0.byteSwapped)) })
        case UInt8(ascii: "X"): return try pushText(length: cursor.integer(UInt32.self).map(Int.init))
        case 0x8C: return try pushText(length: cursor.byte().map(Int.init))
        case 0x8D: return try pushText(length: cursor.integer(UInt64.self).flatMap(Int.init(exactly:)))
        // Strings of Python 2, as the oldest files have them.
        case UInt8(ascii: "U"): return try pushText(length: cursor.byte().map(Int.init))
        case UInt8(ascii: "T"): return try pushText(length: cursor.integer(UInt32.self).map(Int.init))
        default: return try runStructure(opcode)
        }
    }

    /// Opcodes that build structure, remember and call.
    private mutating func runStructure(_ opcode: UInt8) throws -> Bool {
        switch opcode {
        case UInt8(ascii: ")"): return push(heap.add(.tuple([])))
        case UInt8(ascii: "]"): return push(heap.add(.list([])))
        case UInt8(ascii: "}"): return push(heap.add(.dictionary([])))
        case 0x85, 0x86, 0x87: return pop(Int(opcode) - 0x84).map { push(heap.add(.tuple($0))) } ?? false
        case UInt8(ascii: "t"): return popToMark().map { push(heap.add(.tuple($0))) } ?? false
        case UInt8(ascii: "a"): return pop().map { append([$0]) } ?? false
        case UInt8(ascii: "e"): return popToMark().map { append($0) } ?? false
        case UInt8(ascii: "s"): return pop(2).map { insert($0) } ?? false
        case UInt8(ascii: "u"): return popToMark().map { insert($0) } ?? false
        case UInt8(ascii: "q"): return remember(cursor.byte().map(Int.init))
        case UInt8(ascii: "r"): return remember(cursor.integer(UInt32.self).map(Int.init))
        case 0x94: return remember(memo.count)  // MEMOIZE
        case UInt8(ascii: "h"): return push(cursor.byte().flatMap { memo[Int($0)] })
        case UInt8(ascii: "j"): return push(cursor.integer(UInt32.self).flatMap { memo[Int($0)] })
        case UInt8(ascii: "c"):
            guard let module = cursor.line(), let name = cursor.line() else { return false }
            return try pushGlobal(String(decoding: module, as: UTF8.self), String(decoding: name, as: UTF8.self))
        case 0x93:
            guard let names = pop(2), case .text(let module) = names[0], case .text(let name) = names[1] else {
                return false
            }
            return try pushGlobal(module, name)
        case UInt8(ascii: "R"):
            guard let call = pop(2), case .constructor(let constructor) = heap[call[0]],
                let arguments = heap.items(call[1])
            else {
                return false
            }
            return push(heap.call(constructor, arguments))
        case UInt8(ascii: "Q"): return pop().map { push(heap.storage($0)) } ?? false
        case UInt8(ascii: "b"):
            // Attributes of an ordered dictionary (PyTorch keeps versions there) are dropped; nothing else may have any.
            guard pop() != nil, let object = peek(), case .dictionary = heap[object] else { return false }
            return true
        default: throw refusal(of: opcode)
        }
    }

    /// Opcodes of the pickle format that make other things than data.
    private func refusal(of opcode: UInt8) -> any Error {
        switch opcode {
        case 0x81, 0x92, UInt8(ascii: "i"), UInt8(ascii: "o"): PyTorchRefusal("to build an object of a class")
        case 0x82, 0x83, 0x84: PyTorchRefusal("an extension of Python's copyreg")
        case UInt8(ascii: "B"), UInt8(ascii: "C"), 0x8E, 0x96: PyTorchRefusal("raw bytes")
        case 0x8F, 0x90, 0x91: PyTorchRefusal("a set")
        default: damaged(cursor.position - 1)
        }
    }

    // MARK: - The stack

    private mutating func push(_ value: PickleValue?) -> Bool {
        guard let value else { return false }
        stack.append(value)
        return true
    }

    private mutating func pushText(length: Int?) throws -> Bool {
        guard let length, let bytes = cursor.take(length) else { return false }
        return push(.text(String(decoding: bytes, as: UTF8.self)))
    }

    private mutating func pushGlobal(_ module: String, _ name: String) throws -> Bool {
        guard let constructor = PickleConstructor(module: module, name: name) else {
            guard PickleConstructor.isWord(module: module, name: name) else {
                throw PyTorchRefusal("\(module.shortened).\(name.shortened)")
            }
            return push(heap.add(.word(name)))
        }
        return push(heap.add(.constructor(constructor)))
    }

    private func peek() -> PickleValue? { stack.count > (marks.last ?? 0) ? stack.last : nil }

    private mutating func pop() -> PickleValue? {
        guard stack.count > (marks.last ?? 0) else { return nil }
        return stack.popLast()
    }

    /// The last `count` values, deepest first.
    private mutating func pop(_ count: Int) -> [PickleValue]? {
        guard stack.count - count >= (marks.last ?? 0) else { return nil }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() -> [PickleValue]? {
        guard let mark = marks.popLast() else { return nil }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private mutating func append(_ items: [PickleValue]) -> Bool {
        guard let list = peek() else { return false }
        return heap.append(items, to: list)
    }

    private mutating func insert(_ items: [PickleValue]) -> Bool {
        guard let dictionary = peek(), items.count.isMultiple(of: 2) else { return false }
        return heap.insert(
            stride(from: 0, to: items.count, by: 2).map { (key: items[$0], value: items[$0 + 1]) }, into: dictionary)
    }

    private mutating func remember(_ key: Int?) -> Bool {
        guard let key, let value = peek() else { return false }
        memo[key] = value
        return true
    }

    /// A whole number of any length, two's complement.
    private static func long(_ bytes: ArraySlice<UInt8>) -> PickleValue {
        guard bytes.count <= 8 else { return .large(Array(bytes)) }
        let isNegative = bytes.last.map { $0 & 0x80 != 0 } ?? false
        return .integer(bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) })
    }
}

/// What a file asks for beyond data: nothing is run for it, and the user is told what it was.
struct PyTorchRefusal: Error {
    let wish: String

    init(_ wish: String) { self.wish = wish }

    /// The message for the user.
    func error(name: String) -> InterchangeError {
        InterchangeError(
            "\(name) asks for \(wish), and only tensors, strings, numbers, lists and dictionaries are read, because anything else could run "
                + "code: save the weights alone, with torch.save(model.state_dict(), PATH)")
    }
}
