/// Changes a flatbuffer word by word, since all that it is made of (distances, counts, numbers) are words: a distance leads to where another
/// one does, a count or an index goes beyond the end, a field gets another place in its table.
enum FlatBufferMutation {
    /// One to four changes; nil where the bytes are too few.
    static func mutated(_ bytes: [UInt8], _ chance: inout Chance) -> [UInt8]? {
        guard bytes.count >= 16 else { return nil }
        var changed = bytes
        for _ in 0...chance.below(4) {
            if chance.once(in: 4) { changeHalf(&changed, &chance) } else { changeWord(&changed, &chance) }
        }
        return changed
    }

    private static func changeWord(_ bytes: inout [UInt8], _ chance: inout Chance) {
        let place = chance.below(bytes.count / 4) * 4
        let old = word(bytes, place)
        let other = chance.below(bytes.count / 4) * 4
        let new: UInt32
        switch chance.below(6) {
        case 0: new = UInt32(truncatingIfNeeded: chance.oddNumber())
        case 1: new = old &+ UInt32(chance.below(9)) &- 4
        // The distance to some place behind, or to what another word leads to.
        case 2: new = UInt32(truncatingIfNeeded: other &- place)
        case 3: new = UInt32(truncatingIfNeeded: other &+ Int(word(bytes, other)) &- place)
        case 4: new = word(bytes, other)
        default: new = UInt32(chance.below(64))
        }
        for byte in 0..<4 { bytes[place + byte] = UInt8(truncatingIfNeeded: new >> (8 * UInt32(byte))) }
    }

    /// Places of fields take two bytes.
    private static func changeHalf(_ bytes: inout [UInt8], _ chance: inout Chance) {
        let place = chance.below(bytes.count / 2) * 2
        let new = UInt16(truncatingIfNeeded: chance.once(in: 2) ? chance.below(16) * 4 : chance.oddNumber())
        bytes[place] = UInt8(truncatingIfNeeded: new)
        bytes[place + 1] = UInt8(truncatingIfNeeded: new >> 8)
    }

    private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
    }
}
