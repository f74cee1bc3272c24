import Foundation

/// The emulator of whole boards, as a box: the program in it gets a serial port to print to and images in memory. It has no files, no
/// commands and no network of this machine.
///
/// Semihosting, by which firmware can ask a debugger for all of that, stays off. QEMU's own sandbox, where it has one (on Linux), keeps the
/// emulator itself from starting programs.
struct QEMU {
    static let program = "qemu-system-arm"
    /// Bytes of images that every board has memory for.
    static let mostImageBytes = 15 << 20

    private let tool: Tool
    private let sandbox: [String]

    /// Nil where there is no emulator.
    init?() {
        guard let tool = Tool(Self.program) else { return nil }
        self.tool = tool
        let sandbox = ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"]
        // An emulator without a sandbox refuses the option before it tells its version.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sapool-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let probe = try? tool.run(sandbox + ["-version"], in: folder, seconds: 30)
        self.sandbox = probe?.status == 0 ? sandbox : []
    }

    /// How a program on a board ended.
    struct Ending {
        /// What it gave to `board_exit`; nil where it ended without a word.
        let status: Int?
        /// What it printed.
        let output: String
        /// What the emulator said.
        let messages: String
    }

    /// Runs an image on a board.
    ///
    /// - Parameters:
    ///   - image: the program, absolute or relative to `folder`.
    ///   - images: bytes for it to read.
    ///   - plugin: a plug-in with its arguments; it runs on this machine.
    ///   - folder: of files for this run.
    func run(
        _ image: String, on board: BoardScript, images: [UInt8], plugin: String? = nil, in folder: String,
        seconds: Double = 3600
    ) throws -> Ending {
        let count = UInt32(images.count)
        let header =
            (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * UInt32($0))) } + [UInt8](repeating: 0, count: 12)
        try Data(header + images).write(to: URL(fileURLWithPath: "\(folder)/images.bin"))
        let arguments =
            sandbox + [
                "-M", board.machine, "-nodefaults", "-nic", "none", "-display", "none", "-monitor", "none",
                "-serial", "stdio", "-no-reboot", "-device",
                "loader,file=images.bin,addr=\(board.images),force-raw=on",
            ] + (plugin.map { ["-plugin", $0] } ?? []) + ["-kernel", image]
        let run = try tool.run(arguments, in: folder, seconds: seconds, mostBytes: 1 << 28)
        var lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        let words = lines.last?.split(separator: " ") ?? []
        guard run.status == 0, words.count == 2, words[0] == "exit", let status = Int(words[1]) else {
            return Ending(status: nil, output: run.output, messages: run.messages)
        }
        return Ending(
            status: status, output: lines.dropLast().map { "\($0)\n" }.joined(), messages: run.messages)
    }
}
