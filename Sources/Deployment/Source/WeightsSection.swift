import Interchange
import Quantization

/// The binary section of a network's numbers in flash: a header, then tables one behind the other, each at a multiple of four.
///
/// All numbers are little-endian. The header has 32 bytes:
///
/// | at | | |
/// | ---: | --- | --- |
/// | 0 | 4 bytes | `SAPW` |
/// | 4 | uint32 | version of this layout, 1 |
/// | 8 | uint32 | bytes of the whole section |
/// | 12 | uint32 | CRC-32 (ISO-HDLC, as in zip and PNG) of all bytes from 16 on |
/// | 16 | uint32 | CRC-32 of the generated code's layers, which know where the tables lie |
/// | 20 | 3 uint16 | the image's height, width and channels |
/// | 26 | uint16 | numbers that come out |
/// | 28 | 4 bytes | 0 |
struct WeightsSection {
    static let version: UInt32 = 1
    static let headerBytes = 32

    /// The section; its header is blank until `sealed`.
    private(set) var bytes = [UInt8](repeating: 0, count: headerBytes)

    /// Appends a table; returns where it starts.
    mutating func append(_ table: KernelConstant.Content) -> Int {
        while bytes.count % 4 != 0 { bytes.append(0) }
        let start = bytes.count
        switch table {
        case .int8(let numbers): bytes += numbers.map { UInt8(bitPattern: $0) }
        case .int32(let numbers): for number in numbers { append(UInt32(bitPattern: number), 4) }
        case .uint16(let numbers): for number in numbers { append(UInt32(number), 2) }
        }
        return start
    }

    private mutating func append(_ number: UInt32, _ count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(8 * index))) }
    }

    /// The complete section.
    ///
    /// - Parameter code: the generated code that knows where the tables lie.
    func sealed(code: String, height: Int, width: Int, channels: Int, outputs: Int) -> [UInt8] {
        var header = WeightsSection()
        header.bytes = Array("SAPW".utf8)
        header.append(Self.version, 4)
        var rest = self
        while rest.bytes.count % 16 != 0 { rest.bytes.append(0) }
        header.append(UInt32(rest.bytes.count), 4)
        var covered = WeightsSection()
        covered.bytes = []
        covered.append(CRC32.checksum(Array(code.utf8)), 4)
        for number in [height, width, channels, outputs] { covered.append(UInt32(number), 2) }
        covered.append(0, 4)
        covered.bytes += rest.bytes.dropFirst(Self.headerBytes)
        header.append(CRC32.checksum(covered.bytes), 4)
        return header.bytes + covered.bytes
    }
}
