import Foundation

/// What is asked of a 32-bit little-endian ELF file, as linkers for Cortex-M write it: its symbols, and where in the file what is loaded to
/// an address lies.
struct ELFImage {
    /// A named place.
    struct Symbol {
        let name: String
        let address: UInt32
        let size: UInt32
        /// Whether it is code.
        let isFunction: Bool
    }

    let symbols: [Symbol]
    /// Address, place in the file and size of each segment that is loaded.
    private let segments: [(address: Int, place: Int, size: Int)]

    /// Reads a file.
    ///
    /// - Throws: `DeploymentError` where it is no such file or is damaged.
    init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DeploymentError("cannot read \(path)")
        }
        let reader = Reader(bytes: [UInt8](data), path: path)
        guard reader.bytes.count > 52, reader.bytes[0...5] == [0x7F, 0x45, 0x4C, 0x46, 1, 1] else {
            throw DeploymentError("\(path) is no 32-bit little-endian ELF file")
        }
        symbols = try Self.symbols(reader)
        segments = try Self.segments(reader)
    }

    /// Where in the file the byte of an address lies.
    func fileOffset(of address: UInt32) throws(DeploymentError) -> Int {
        guard let segment = segments.first(where: { ($0.address..<$0.address + $0.size).contains(Int(address)) }) else {
            throw DeploymentError("the firmware loads nothing to 0x\(String(address, radix: 16))")
        }
        return segment.place + Int(address) - segment.address
    }

    /// The address of a symbol.
    func address(_ name: String) throws(DeploymentError) -> UInt32 {
        guard let symbol = symbols.first(where: { $0.name == name }) else {
            throw DeploymentError(
                "the firmware has no symbol \(name): build it from a package that sapool export has written")
        }
        return symbol.address
    }

    private static func segments(_ reader: Reader) throws(DeploymentError) -> [(address: Int, place: Int, size: Int)] {
        let (table, entry, count) = (try reader.word(28), try reader.half(42), try reader.half(44))
        var segments: [(address: Int, place: Int, size: Int)] = []
        for index in 0..<count {
            let header = table + index * entry
            // Type 1 is loaded.
            guard try reader.word(header) == 1 else { continue }
            segments.append((try reader.word(header + 8), try reader.word(header + 4), try reader.word(header + 16)))
        }
        return segments
    }

    private static func symbols(_ reader: Reader) throws(DeploymentError) -> [Symbol] {
        let (table, entry, count) = (try reader.word(32), try reader.half(46), try reader.half(48))
        var symbols: [Symbol] = []
        for section in 0..<count {
            let header = table + section * entry
            // Type 2 is the symbol table; its link is the section of the names.
            guard try reader.word(header + 4) == 2 else { continue }
            let (start, size) = (try reader.word(header + 16), try reader.word(header + 20))
            let strings = try reader.word(table + (try reader.word(header + 24)) * entry + 16)
            for place in stride(from: start, to: start + size - 15, by: 16) {
                let name = try reader.text(strings + (try reader.word(place)))
                guard !name.isEmpty else { continue }
                symbols.append(
                    Symbol(
                        name: name, address: UInt32(try reader.word(place + 4)),
                        size: UInt32(try reader.word(place + 8)),
                        isFunction: try reader.byte(place + 12) & 15 == 2))
            }
        }
        return symbols
    }

    /// Numbers at places of a file; a place outside is an error.
    private struct Reader {
        let bytes: [UInt8]
        let path: String

        func byte(_ place: Int) throws(DeploymentError) -> Int {
            guard bytes.indices.contains(place) else {
                throw DeploymentError("\(path) is damaged: it ends at byte \(bytes.count)")
            }
            return Int(bytes[place])
        }

        func half(_ place: Int) throws(DeploymentError) -> Int { try byte(place) | byte(place + 1) << 8 }

        func word(_ place: Int) throws(DeploymentError) -> Int { try half(place) | half(place + 2) << 16 }

        func text(_ place: Int) throws(DeploymentError) -> String {
            var end = place
            while try byte(end) != 0 { end += 1 }
            return String(decoding: bytes[place..<end], as: UTF8.self)
        }
    }
}
