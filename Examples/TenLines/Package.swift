// swift-tools-version: 6.2
import PackageDescription

// A package that uses the library: it names the product, and tells its executable where libtorch lies.
let dependencies = "\(Context.packageDirectory)/../../.deps"

let package = Package(
    name: "TenLines",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "sapool", path: "../..")],
    targets: [
        .executableTarget(
            name: "TenLines",
            dependencies: [.product(name: "SelfAttentivePooling", package: "sapool")],
            linkerSettings: [
                .unsafeFlags(
                    ["libtorch/lib", "lib"].flatMap { ["-Xlinker", "-rpath", "-Xlinker", "\(dependencies)/\($0)"] })
            ])
    ]
)
