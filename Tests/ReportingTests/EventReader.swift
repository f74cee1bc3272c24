import Foundation

/// Reads event files with nothing of the module under test: framing, checksums bit by bit, and protocol buffers' wire
/// format (https://protobuf.dev/programming-guides/encoding).
enum EventReader {
    enum Field: Equatable {
        case integer(UInt64)
        case fixed64(UInt64)
        case bytes([UInt8])
        case fixed32(UInt32)
    }

    struct Failure: Error {
        let text: String
    }

    /// The events of a file, each by field number.
    static func events(of path: String) throws -> [[Int: [Field]]] {
        try records(Array(try Data(contentsOf: URL(fileURLWithPath: path)))).map(fields)
    }

    private static func records(_ file: [UInt8]) throws -> [[UInt8]] {
        var records: [[UInt8]] = []
        var rest = file[...]
        while !rest.isEmpty {
            let length = try take(8, &rest)
            guard littleEndian(try take(4, &rest)) == UInt64(masked(length)) else {
                throw Failure(text: "wrong checksum of a length")
            }
            let data = try take(Int(littleEndian(length)), &rest)
            guard littleEndian(try take(4, &rest)) == UInt64(masked(data)) else {
                throw Failure(text: "wrong checksum of data")
            }
            records.append(data)
        }
        return records
    }

    private static func fields(_ message: [UInt8]) throws -> [Int: [Field]] {
        var fields: [Int: [Field]] = [:]
        var rest = message[...]
        while !rest.isEmpty {
            let key = try varint(&rest)
            let field: Field =
                switch key & 7 {
                case 0: .integer(try varint(&rest))
                case 1: .fixed64(littleEndian(try take(8, &rest)))
                case 2: .bytes(try take(Int(try varint(&rest)), &rest))
                case 5: .fixed32(UInt32(littleEndian(try take(4, &rest))))
                default: throw Failure(text: "unknown wire type \(key & 7)")
                }
            fields[Int(key >> 3), default: []].append(field)
        }
        return fields
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = try take(1, &rest)[0]
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw Failure(text: "endless number")
    }

    private static func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) throws -> [UInt8] {
        guard rest.count >= count else { throw Failure(text: "half a record") }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    private static func littleEndian(_ bytes: [UInt8]) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func masked(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            for bit in 0..<8 {
                let low = (crc ^ UInt32(byte >> bit)) & 1
                crc = crc >> 1 ^ (low == 1 ? 0x82F6_3B78 : 0)
            }
        }
        crc = ~crc
        return (crc >> 15 | crc << 17) &+ 0xA282_EAD8
    }
}
