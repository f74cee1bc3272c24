/// What the firmware takes, and what it said of images that nothing was chosen by.
public struct DeviceFigures: Sendable, Equatable, Codable {
    /// The core, `m4` and so on.
    public var core: String
    /// Bytes of SRAM that are linked, stack included, and of flash.
    public var sramBytes: Int
    public var flashBytes: Int
    public var arenaBytes: Int
    /// Images that ran on the host with the package's kernels, and the share that it got right; nil of a detector.
    public var hostImages: Int
    public var hostAccuracy: ScoreInterval?
    /// Images that ran on the emulated core too; 0 where there is no emulator.
    public var emulatedImages: Int
    /// Of these the answers that are the host's, byte for byte.
    public var equalAnswers: Int
    /// Executed instructions of the image that took the most; nil without an emulator.
    public var instructions: Int?
    /// Cycles by the core's table of timings, no measurement.
    public var estimatedCycles: Int?
    /// Milliseconds of an image at the core's clock, by these cycles, or by the planner's estimate of them.
    public var estimatedMilliseconds: Double
    public var megahertz: Double
    /// Why nothing ran on an emulated core; nil where something did.
    public var withoutEmulator: String?
    /// What the library for C is built for, `m4-hard` and so on; nil where there is none.
    public var libraryTarget: String?
    /// Bytes of its archive.
    public var libraryBytes: Int?
    /// Why there is no library for C; nil where there is one.
    public var withoutLibrary: String?
}
