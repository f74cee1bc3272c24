/// Where things lie in a linked firmware image.
struct FirmwareLayout {
    /// Ranges of addresses as the plug-in takes them: `0x20000000:0x20001000`.
    let stack: String
    let ram: String
    let arena: String
    let arenaStart: UInt32
    let stackTop: UInt32
    /// Code, constants, weights and initial values.
    let flashBytes: Int
    /// The network's part of it.
    let weightsBytes: Int
    /// Stack, arena and everything else that is static.
    let sramBytes: Int
    /// Static data beside the arena and the stack.
    let stateBytes: Int
    /// Lines `INDEX LOW HIGH` of the generated functions: layers from 1 on, all others 0.
    let functions: String

    init(_ image: ELFImage, _ description: FirmwareDescription, module: String) throws(DeploymentError) {
        func range(_ low: UInt32, _ high: UInt32) -> String {
            "0x\(String(low, radix: 16)):0x\(String(high, radix: 16))"
        }
        let (bottom, top) = (try image.address("__stack_bottom"), try image.address("__stack_top"))
        let end = try image.address("__bss_end")
        arenaStart = try image.address("\(description.name)_arena")
        stackTop = top
        stack = range(bottom, top)
        ram = range(bottom, end)
        arena = range(arenaStart, arenaStart + UInt32(description.arenaBytes))
        flashBytes = Int(try image.address("__flash_end")) - Int(try image.address("__flash_start"))
        weightsBytes = description.weightsBytes
        sramBytes = Int(end) - Int(bottom)
        stateBytes = sramBytes - Int(top - bottom) - description.arenaBytes
        let places = Dictionary(
            description.layers.enumerated().map { ($1.function, $0 + 1) }, uniquingKeysWith: { first, _ in first })
        // Swift's names of embedded code begin with $e, then come the module's name and its length.
        let prefix = "$e\(module.utf8.count)\(module)"
        functions = image.symbols.filter { $0.isFunction && $0.size > 0 }.compactMap { symbol -> String? in
            guard symbol.name.hasPrefix(prefix) || symbol.name.hasPrefix("\(description.name)_") else { return nil }
            let index = places.first { symbol.name.contains("\($0.key.utf8.count)\($0.key)y") }?.value ?? 0
            let start = symbol.address & ~1
            return "\(index) 0x\(String(start, radix: 16)) 0x\(String(start + symbol.size, radix: 16))\n"
        }.joined()
    }
}
