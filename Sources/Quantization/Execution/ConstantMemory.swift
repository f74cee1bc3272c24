/// The tables of a program in one block of memory, each aligned to 16 bytes: what flash is on a device. Never written after it is made,
/// so that executors on several threads may share it.
final class ConstantMemory: @unchecked Sendable {
    private let memory: UnsafeMutableRawPointer
    private let offsets: [Int]

    init(_ constants: [KernelConstant]) {
        var (offsets, end): ([Int], Int) = ([], 0)
        for constant in constants {
            offsets.append(end)
            end += (constant.bytes + 15) / 16 * 16
        }
        self.offsets = offsets
        // Vector kernels may load a whole word at the last element.
        memory = .allocate(byteCount: end + 64, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: end + 64)
        for (constant, offset) in zip(constants, offsets) {
            let place = memory + offset
            switch constant.content {
            case .int8(let numbers): numbers.withUnsafeBytes { copy($0, to: place) }
            case .int32(let numbers): numbers.withUnsafeBytes { copy($0, to: place) }
            case .uint16(let numbers): numbers.withUnsafeBytes { copy($0, to: place) }
            }
        }
    }

    deinit { memory.deallocate() }

    private func copy(_ bytes: UnsafeRawBufferPointer, to place: UnsafeMutableRawPointer) {
        if let start = bytes.baseAddress { place.copyMemory(from: start, byteCount: bytes.count) }
    }

    func int8(_ id: ConstantID) -> UnsafePointer<Int8> {
        UnsafePointer((memory + offsets[id]).assumingMemoryBound(to: Int8.self))
    }

    func int32(_ id: ConstantID) -> UnsafePointer<Int32> {
        UnsafePointer((memory + offsets[id]).assumingMemoryBound(to: Int32.self))
    }

    func uint16(_ id: ConstantID) -> UnsafePointer<UInt16> {
        UnsafePointer((memory + offsets[id]).assumingMemoryBound(to: UInt16.self))
    }
}
