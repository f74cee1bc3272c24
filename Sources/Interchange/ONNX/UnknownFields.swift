import SwiftProtobuf

extension UnknownStorage {
    /// Whether a message has a field of this number, among those that `onnx.proto` leaves out.
    func has(_ field: UInt64) -> Bool {
        var cursor = ByteCursor([UInt8](data))
        while let tag = cursor.varint() {
            if tag >> 3 == field { return true }
            let isPassed: Bool
            switch tag & 7 {
            case 0: isPassed = cursor.varint() != nil
            case 1: isPassed = cursor.take(8) != nil
            case 2: isPassed = cursor.varint().flatMap(Int.init(exactly:)).flatMap { cursor.take($0) } != nil
            case 5: isPassed = cursor.take(4) != nil
            // Groups, which the format has no more.
            default: isPassed = false
            }
            guard isPassed else { return false }
        }
        return false
    }
}

extension ByteCursor {
    /// A number of protobuf's: seven bits a byte, the lowest first.
    fileprivate mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = byte() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
