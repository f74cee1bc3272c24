/// The check sum of zip files (the polynomial of IEEE 802.3), eight bytes at a time.
package enum CRC32 {
    /// `tables[k][b]`: what byte b does to a sum when k more bytes follow it.
    private static let tables: [[UInt32]] = {
        let first = (0..<256).map { byte -> UInt32 in
            (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        var tables = [first]
        for _ in 1..<8 {
            tables.append((tables.last ?? first).map { $0 >> 8 ^ first[Int($0 & 0xFF)] })
        }
        return tables
    }()

    private static let flat = tables.flatMap { $0 }

    /// The check sum of some bytes.
    package static func checksum(_ bytes: [UInt8]) -> UInt32 {
        flat.withUnsafeBufferPointer { table in
            bytes.withUnsafeBytes { raw in
                var sum: UInt32 = 0xFFFF_FFFF
                var position = 0
                while position + 8 <= raw.count {
                    let word =
                        UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self)) ^ UInt64(sum)
                    var next: UInt32 = 0
                    for index in 0..<8 {
                        next ^= table[(7 - index) << 8 | Int(word >> (8 * UInt64(index)) & 0xFF)]
                    }
                    sum = next
                    position += 8
                }
                while position < raw.count {
                    sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ raw[position])]
                    position += 1
                }
                return ~sum
            }
        }
    }
}
