// swift-tools-version: 6.2
import PackageDescription

// libtorch, libjpeg, libpng, zlib and what there is of libwebp, giflib and libtiff are found through pkg-config:
// Scripts/bootstrap writes what is missing to .deps/pkgconfig, and the Makefile adds that folder to PKG_CONFIG_PATH. Executables and tests carry run paths of their
// own, so they need no environment; libraries carry no unsafe flags, so other packages can depend on them.
// Scripts/portable alone asks for run paths that hold in any folder.
let isPortable = Context.environment["SAPOOL_PORTABLE"] != nil
let runPaths: [LinkerSetting] = [
    .unsafeFlags(
        (isPortable
            ? ["$ORIGIN/../lib"] : ["libtorch/lib", "lib"].map { "\(Context.packageDirectory)/.deps/\($0)" })
            .flatMap { ["-Xlinker", "-rpath", "-Xlinker", $0] })
]

let package = Package(
    name: "sapool",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "SelfAttentivePooling", targets: ["SelfAttentivePooling"]),
        // Without libtorch.
        .library(name: "Networks", targets: ["Networks"]),
        .library(name: "Planning", targets: ["Planning"]),
        .executable(name: "sapool", targets: ["sapool"]),
        .executable(name: "sapool-torch", targets: ["sapool-torch"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
        .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
    ],
    targets: [
        // Libraries of the system
        .systemLibrary(name: "LibTorch", path: "Sources/SystemLibraries/LibTorch", pkgConfig: "libtorch-swift"),
        .systemLibrary(name: "CJPEG", path: "Sources/SystemLibraries/CJPEG", pkgConfig: "libjpeg"),
        .systemLibrary(name: "CPNG", path: "Sources/SystemLibraries/CPNG", pkgConfig: "libpng"),
        .systemLibrary(name: "CZlib", path: "Sources/SystemLibraries/CZlib", pkgConfig: "zlib"),
        .systemLibrary(
            name: "CImageFormats", path: "Sources/SystemLibraries/CImageFormats", pkgConfig: "sapool-image-formats"),

        // libtorch from Swift
        .target(
            name: "CTorch", dependencies: ["LibTorch"], cxxSettings: [.headerSearchPath("Distributed/Gloo")]),
        .target(name: "Torch", dependencies: ["CTorch"]),
        .testTarget(name: "TorchTests", dependencies: ["Torch"], linkerSettings: runPaths),

        // Tests' measure of work, and their numbers
        .target(name: "ProcessorTime", path: "Tests/Support/ProcessorTime"),
        .target(name: "MadeUpNumbers", path: "Tests/Support/MadeUpNumbers"),

        // Architectures as data
        .target(name: "Networks"),
        .testTarget(name: "NetworksTests", dependencies: ["Networks"]),

        // Files in and out
        .target(name: "Files"),
        .testTarget(name: "FilesTests", dependencies: ["Files"]),

        .target(
            name: "Interchange",
            dependencies: ["Files", "Networks", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Generated/onnx.proto"]),
        .testTarget(
            name: "InterchangeTests", dependencies: ["Interchange", "Networks", "ProcessorTime"],
            resources: [.copy("Resources")]),

        .target(
            name: "Reporting", dependencies: ["Files", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
            exclude: ["Generated/event.proto"]),
        .testTarget(name: "ReportingTests", dependencies: ["Reporting"]),

        // Images
        .target(name: "CCodecs", dependencies: ["CImageFormats", "CJPEG", "CPNG", "CZlib"]),
        .target(
            name: "Datasets",
            dependencies: ["CCodecs", "Detection", "Files", "Reporting", .product(name: "Yams", package: "Yams")]),
        .testTarget(
            name: "DatasetsTests", dependencies: ["CCodecs", "Datasets", "Detection"], resources: [.copy("Resources")]),

        // Objects in images
        .target(name: "Detection", dependencies: ["Networks"]),
        .testTarget(
            name: "DetectionTests", dependencies: ["Detection", "Networks", "ProcessorTime"],
            resources: [.copy("Resources")]),

        // A network on libtorch
        .target(name: "Execution", dependencies: ["Interchange", "Networks", "Torch"]),
        .testTarget(
            name: "ExecutionTests",
            dependencies: ["Execution", "Interchange", "Lowering", "MadeUpNumbers", "Networks", "Planning", "Torch"],
            resources: [.copy("Resources")], linkerSettings: runPaths),

        // A network as a device computes it
        .target(name: "Lowering", dependencies: ["Networks"]),

        // What a network costs
        .target(name: "Planning", dependencies: ["Lowering", "Networks", "Reporting"]),
        .target(
            name: "PlanChecks", dependencies: ["Lowering", "Networks", "Planning"], path: "Tests/Support/PlanChecks"),
        .testTarget(
            name: "PlanningTests",
            dependencies: ["Lowering", "Networks", "PlanChecks", "Planning", "ProcessorTime", "Reporting"]),

        // int8 kernels of host and device, and the Arm instructions under them
        .target(name: "CDSP"),
        .target(name: "DeviceRuntime", dependencies: ["CDSP"]),
        .testTarget(
            name: "DeviceRuntimeTests", dependencies: ["CDSP", "DeviceRuntime"], resources: [.copy("Resources")]),

        // A network in int8
        .target(
            name: "Quantization",
            dependencies: ["Detection", "DeviceRuntime", "Interchange", "Lowering", "Networks", "Planning"]),
        .testTarget(
            name: "QuantizationTests",
            dependencies: [
                "Detection", "DeviceRuntime", "Interchange", "Lowering", "MadeUpModels", "Networks", "Planning",
                "Quantization",
            ], resources: [.copy("Resources")]),

        // Firmware: a network in int8 as a package of its own, and that package on an emulated core
        .target(name: "CFirmwareFiles"),
        .target(
            name: "Deployment",
            dependencies: [
                "CFirmwareFiles", "Datasets", "Detection", "Files", "Interchange", "Lowering", "Networks", "Planning",
                "Quantization", "Reporting",
            ]),
        .target(
            name: "MadeUpModels", dependencies: ["Lowering", "Networks", "Planning", "Quantization"],
            path: "Tests/Support/MadeUpModels"),
        .testTarget(
            name: "DeploymentTests",
            dependencies: [
                "Datasets", "Deployment", "KernelCases", "Lowering", "MadeUpModels", "Networks", "Planning",
                "Quantization",
            ],
            linkerSettings: runPaths),

        // One suite of kernel cases: for libtorch, the reference executor, the host's kernels and emulated cores
        .target(
            name: "KernelCases", dependencies: ["Lowering", "MadeUpModels", "Networks", "Planning", "Quantization"],
            path: "Tests/Support/KernelCases"),
        .testTarget(
            name: "KernelCasesTests",
            dependencies: [
                "Execution", "Interchange", "KernelCases", "Lowering", "Networks", "PlanChecks",
                "Planning", "Quantization", "Torch",
            ],
            linkerSettings: runPaths),
        .executableTarget(
            name: "firmware-check",
            dependencies: [
                "Datasets", "Deployment", "KernelCases", "Lowering", "MadeUpModels", "Networks", "Planning",
                "Quantization",
            ],
            path: "Firmware/Check", linkerSettings: runPaths),

        .executableTarget(
            name: "firmware-measure",
            dependencies: ["Deployment", "Lowering", "MadeUpModels", "Networks", "Planning", "Quantization"],
            path: "Firmware/Measure", linkerSettings: runPaths),

        // Smaller networks
        .target(name: "Compression", dependencies: ["Interchange", "Lowering", "Networks", "Planning"]),
        .testTarget(
            name: "CompressionTests",
            dependencies: ["Compression", "Execution", "Interchange", "Networks", "Planning", "Torch"],
            linkerSettings: runPaths),

        // Training
        .target(
            name: "Training",
            dependencies: [
                "Datasets", "Detection", "Execution", "Files", "Interchange", "Networks", "Reporting", "Torch",
                .product(name: "Yams", package: "Yams"),
            ]),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Datasets", "Detection", "Execution", "Files", "Interchange", "Networks", "ProcessorTime", "Torch",
                "Training",
            ],
            resources: [.copy("Resources")], linkerSettings: runPaths),

        // From a trained network to int8
        .target(
            name: "Calibration",
            dependencies: [
                "Datasets", "Detection", "Execution", "Interchange", "Lowering", "Networks", "Planning", "Quantization",
                "Torch", "Training",
            ]),
        .testTarget(
            name: "CalibrationTests",
            dependencies: [
                "Calibration", "Datasets", "Execution", "Interchange", "Networks", "Planning", "Quantization", "Torch",
            ], linkerSettings: runPaths),

        // Ways to train, side by side
        .target(
            name: "Comparison",
            dependencies: [
                "Files", "Interchange", "Networks", "Planning", "Reporting", "Training",
                .product(name: "Yams", package: "Yams"),
            ]),
        .testTarget(
            name: "ComparisonTests",
            dependencies: ["Comparison", "ProcessorTime", "Training", .product(name: "SwiftCSV", package: "SwiftCSV")],
            linkerSettings: runPaths),

        // From images and a budget to firmware
        .target(
            name: "Fitting",
            dependencies: [
                "Calibration", "Compression", "Datasets", "Deployment", "Detection", "Execution", "Files",
                "Interchange", "Lowering", "Networks", "Planning", "Quantization", "Reporting", "RunReports", "Torch",
                "Training",
            ]),
        .testTarget(
            name: "FittingTests",
            dependencies: [
                "Datasets", "Deployment", "Detection", "Execution", "Fitting", "Interchange", "Networks", "Planning",
                "Reporting", "Training",
            ],
            linkerSettings: runPaths),

        // Looking into a trained network
        .target(
            name: "Visualization",
            dependencies: ["Datasets", "Detection", "Execution", "Networks", "Reporting", "Torch", "Training"]),
        .testTarget(
            name: "VisualizationTests",
            dependencies: ["Datasets", "Detection", "Execution", "Networks", "Torch", "Training", "Visualization"],
            linkerSettings: runPaths),

        // What a run came to, on one page
        .target(
            name: "RunReports",
            dependencies: [
                "Calibration", "Datasets", "Deployment", "Detection", "Execution", "Files", "Networks", "Planning",
                "Quantization", "Reporting", "Torch", "Training", "Visualization",
            ]),
        .testTarget(
            name: "RunReportsTests", dependencies: ["Detection", "Reporting", "RunReports"], linkerSettings: runPaths),

        // Everything in one import
        .target(
            name: "SelfAttentivePooling",
            dependencies: [
                "Calibration", "Comparison", "Compression", "Datasets", "Detection", "Execution", "Files", "Fitting",
                "Interchange", "Networks", "Planning", "Quantization", "Reporting", "RunReports", "Torch", "Training",
                "Visualization",
            ]),

        // The command line: sapool answers what needs no libtorch, and becomes sapool-torch for the rest
        .target(
            name: "CommandLineSupport",
            dependencies: [
                "Files", "Interchange", "Lowering", "Networks", "Planning", "Quantization", "Reporting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(name: "CommandLineSupportTests", dependencies: ["CommandLineSupport", "Reporting"]),
        .executableTarget(
            name: "sapool",
            dependencies: ["CommandLineSupport", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
        .executableTarget(
            name: "sapool-torch",
            dependencies: [
                "Calibration", "CommandLineSupport", "Comparison", "Compression", "Datasets", "Deployment", "Detection",
                "Execution", "Files", "Fitting", "Interchange", "Networks", "Planning", "Quantization", "Reporting",
                "RunReports",
                "Torch",
                "Training", "Visualization",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            linkerSettings: runPaths),

        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "Datasets", "Execution", "Interchange", "MadeUpNumbers", "Networks", "Quantization", "Torch",
                "Training",
            ],
            linkerSettings: runPaths),

        // Every reader of files from outside, as `make fuzz` and the tests call them
        .target(
            name: "Readers",
            dependencies: [
                "Comparison", "Datasets", "Deployment", "Detection", "Fitting", "Interchange", "Networks", "Planning",
                "Quantization", "Training",
            ], path: "Fuzz/Readers"),
        .testTarget(name: "ReadersTests", dependencies: ["ProcessorTime", "Readers"], linkerSettings: runPaths),

        // Measurements
        .executableTarget(
            name: "benchmark-loader", dependencies: ["Datasets"], path: "Benchmarks/Loader", linkerSettings: runPaths),
        .executableTarget(
            name: "benchmark-detection", dependencies: ["Detection", "Networks"], path: "Benchmarks/Detection"),
    ],
    cxxLanguageStandard: .cxx20
)

// Optimising tests takes three times as long as compiling them. That pays where tests compute much themselves; elsewhere
// what computes is in modules that are optimised, those of Tests/Support among them.
let computingTests: Set = ["CompressionTests", "TorchTests"]
for target in package.targets where target.type == .test && !computingTests.contains(target.name) {
    target.swiftSettings = [.unsafeFlags(["-Onone"])]
}

// Only `make fuzz` asks for this: not every toolchain has libFuzzer, whose main function it is.
if Context.environment["SAPOOL_FUZZ"] != nil {
    let read = [
        "Comparison", "Datasets", "Deployment", "Detection", "Fitting", "Interchange", "Networks", "Planning",
        "Quantization", "Readers", "Training",
    ]
    // Coverage of what reads, and of nothing else: libtorch's bridge takes minutes to build, kernels would be slow.
    for target in package.targets where read.contains(target.name) {
        target.swiftSettings = [.unsafeFlags(["-sanitize=fuzzer"])]
    }
    package.targets.append(
        .executableTarget(
            name: "sapool-fuzz", dependencies: ["Readers"], path: "Fuzz/Fuzzer",
            swiftSettings: [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: runPaths + [.unsafeFlags(["-sanitize=fuzzer"])]))
}
