import Planning

/// What a device package is made for.
public struct FirmwareOptions: Sendable, Hashable {
    /// Prefix of the C functions.
    public var name = "sapool"
    /// Bytes of RAM that the linker gives; nil for what arena, working memory, stack and state take, rounded up to 1 KiB.
    public var sram: Int?
    /// Bytes of flash that the linker gives.
    public var flash = 1 << 20
    /// Bytes of RAM that the stack has, a multiple of 8.
    public var stack = Footprint.stack
    /// The core whose code has to fit; the package builds for all.
    public var core = Core.cortexM4
    /// The camera whose rows become images, if any.
    public var camera: CameraTables?

    public init() {}
}
