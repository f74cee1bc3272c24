import Planning

/// Where flash and RAM lie on a core's emulated board: its linker script.
struct BoardScript {
    let name: String
    let core: String
    let machine: String
    let flash: String
    let ram: String
    /// Its first serial port, a CMSDK UART.
    let serialPort: String
    /// Memory for images, which no network on a core has.
    let images: String
    /// Where it looks for the vectors; nil for the start of flash.
    var vectors: String?

    static let all = [
        BoardScript(
            name: "m4", core: "Cortex-M4", machine: "mps2-an386", flash: "0x00000000", ram: "0x20000000",
            serialPort: "0x40004000", images: "0x21000000"),
        BoardScript(
            name: "m7", core: "Cortex-M7", machine: "mps2-an500", flash: "0x00000000", ram: "0x20000000",
            serialPort: "0x40004000", images: "0x60000000"),
        BoardScript(
            name: "m33", core: "Cortex-M33", machine: "mps2-an505", flash: "0x10000000", ram: "0x38000000",
            serialPort: "0x50200000", images: "0x80000000"),
        BoardScript(
            name: "m55", core: "Cortex-M55", machine: "mps3-an547", flash: "0x11000000", ram: "0x30000000",
            serialPort: "0x59303000", images: "0x70000000", vectors: "0x10000000"),
    ]

    static func of(_ core: Core) -> BoardScript { all.first { $0.name == core.rawValue } ?? all[0] }

    /// The script; what does not fit into these lengths does not link.
    func text(ram bytes: Int, flash flashBytes: Int) -> String {
        let region = vectors.map { "    VECTORS (rx) : ORIGIN = \($0), LENGTH = 64\n" } ?? ""
        let alias = vectors == nil ? "REGION_ALIAS(\"VECTORS\", FLASH)\n" : ""
        return """
            /* \(core) on QEMU's \(machine). RAM's length is the SRAM budget: what does not fit does not link. */
            MEMORY {
            \(region)    FLASH (rx) : ORIGIN = \(flash), LENGTH = \(flashBytes)
                RAM (rwx)  : ORIGIN = \(ram), LENGTH = \(bytes)
            }
            \(alias)/* The serial port, and the images that the emulator loads. */
            __uart = \(serialPort);
            __images = \(images);
            INCLUDE Boards/layout.ld

            """
    }
}
