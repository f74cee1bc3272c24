/// What a package's program takes once it is linked, and of which parts its code is made.
package struct LinkedImage {
    /// Code, constants, weights and initial values.
    package let flashBytes: Int
    /// Arena, stack and everything else that is static.
    package let sramBytes: Int
    /// Bytes of the code and constants in flash that are not the network's own: kernels, start-up, the board; by symbol.
    package let shared: [String: Int]

    init(_ image: ELFImage, _ layout: FirmwareLayout, name: String, module: String) throws(DeploymentError) {
        flashBytes = layout.flashBytes
        sramBytes = layout.sramBytes
        let flash = try image.address("__flash_start")..<(try image.address("__flash_end"))
        // Several names of one place count once.
        var places: [UInt32: (name: String, size: Int)] = [:]
        for symbol in image.symbols where symbol.size > 0 && flash.contains(symbol.address) {
            let isOwn = symbol.name.hasPrefix("$e\(module.utf8.count)\(module)") || symbol.name.hasPrefix("\(name)_")
            guard !isOwn, symbol.name != "main" else { continue }
            let known = places[symbol.address & ~1]
            if let known, known.name <= symbol.name { continue }
            places[symbol.address & ~1] = (symbol.name, Int(symbol.size))
        }
        shared = Dictionary(places.values.map { ($0.name, $0.size) }, uniquingKeysWith: +)
    }
}

extension Emulator {
    /// What the linker made of the package's program, once it was built.
    package func linkedImage() throws -> LinkedImage {
        let elf = try ELFImage(contentsOf: image)
        return try LinkedImage(
            elf, FirmwareLayout(elf, package.description, module: package.module), name: package.description.name,
            module: package.module)
    }
}
