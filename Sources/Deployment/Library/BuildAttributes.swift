/// What objects for Arm say about how they were compiled (Addenda to the ABI for the Arm Architecture, section 3), less what is nobody's business.
///
/// Linkers compare these: `gcc` warns of every object whose enumerations are not as small as its own, and of another `wchar_t`. The C interface
/// of a network has neither. How data are addressed was noted before the compiler was told otherwise. What is left: core, instructions,
/// floating-point numbers, alignment.
package enum BuildAttributes {
    /// Addressing of data that may be written, of constants, by a table; the size of `wchar_t`, and of enumerations.
    private static let removed: Set<UInt64> = [15, 16, 17, 18, 26]

    /// The section's bytes without what linkers need not compare; as they are where they are not understood.
    ///
    /// - Parameter section: the letter A, then a length, a vendor's name with a 0 behind, and a tag 1 with a length and attributes.
    package static func reduced(_ section: [UInt8]) -> [UInt8] {
        let vendor: [UInt8] = Array("aeabi\0".utf8)
        guard section.count >= 16, section[0] == 0x41, word(section, 1) == section.count - 1,
            Array(section[5..<11]) == vendor, section[11] == 1, word(section, 12) == section.count - 11
        else { return section }
        var kept: [UInt8] = []
        var place = 16
        while place < section.count {
            let start = place
            guard let tag = number(section, &place) else { return section }
            // Tags 4 and 5 are texts, 32 is a number and a text; beyond that odd ones are texts.
            let isText = tag == 4 || tag == 5 || (tag > 32 && tag % 2 == 1)
            if !isText, number(section, &place) == nil { return section }
            if isText || tag == 32 {
                guard let end = section[place...].firstIndex(of: 0) else { return section }
                place = end + 1
            }
            if !removed.contains(tag) { kept += section[start..<place] }
        }
        return [0x41] + bytes(kept.count + 15) + vendor + [1] + bytes(kept.count + 5) + kept
    }

    private static func word(_ section: [UInt8], _ place: Int) -> Int {
        (0..<4).reduce(0) { $0 | Int(section[place + $1]) << (8 * $1) }
    }

    private static func bytes(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    /// Seven bits a byte, the lowest first; nil where the section ends before, or the number is long.
    private static func number(_ section: [UInt8], _ place: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard place < section.count else { return nil }
            let byte = section[place]
            place += 1
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
        }
        return nil
    }
}
