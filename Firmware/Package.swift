// swift-tools-version: 6.2
import PackageDescription

// Firmware for Cortex-M from the same sources as the host's library: `DeviceRuntime` and `CDSP` are links into the main package, so
// that building firmware resolves none of its dependencies. `./run` builds and runs everything; see Documentation/Device.md.
let package = Package(
    name: "Firmware",
    products: [.executable(name: "KernelCheck", targets: ["KernelCheck"])],
    targets: [
        .target(name: "CDSP"),
        .target(name: "DeviceRuntime", dependencies: ["CDSP"]),
        // Start-up, memory functions, and what the emulated board offers: printing, leaving, marks for the counter.
        .target(name: "Board"),
        .target(name: "BenchMemory"),
        .target(name: "KernelSuite", dependencies: ["BenchMemory", "Board", "DeviceRuntime"]),
        .executableTarget(name: "KernelCheck", dependencies: ["Board", "KernelSuite"]),
    ]
)
