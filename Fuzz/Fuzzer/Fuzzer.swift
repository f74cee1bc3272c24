import Readers

// What libFuzzer calls (https://llvm.org/docs/LibFuzzer.html). `--reader=NAME` on the command line says which reader is fed; libFuzzer
// passes over arguments that begin with two dashes.

private let reader: Reader = {
    let names = CommandLine.arguments.compactMap { $0.hasPrefix("--reader=") ? String($0.dropFirst(9)) : nil }
    guard let name = names.first, let reader = Reader(rawValue: name) else {
        fatalError("--reader=NAME is missing: one of \(Reader.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return reader
}()

/// Reads one input; whatever it throws is an answer.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    _ = reader.outcome(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// Two of three inputs are changed with knowledge of their structure.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
    _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
) -> Int {
    var chance = Chance(seed: UInt64(seed))
    let old = Array(UnsafeBufferPointer(start: bytes, count: count))
    guard Int.random(in: 0..<3, using: &chance) != 0, let new = reader.mutated(old, &chance, blindly: changedBlindly),
        !new.isEmpty, new.count <= limit
    else { return plainMutation(bytes, count, limit) }
    bytes.update(from: new, count: new.count)
    return new.count
}

private func changedBlindly(_ bytes: [UInt8]) -> [UInt8] {
    let limit = bytes.count + 64
    var buffer = bytes + [UInt8](repeating: 0, count: limit - bytes.count)
    let count = buffer.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.map { plainMutation($0, bytes.count, limit) } ?? 0
    }
    return Array(buffer.prefix(count))
}

@_silgen_name("LLVMFuzzerMutate")
private func plainMutation(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Where SwiftPM lets an executable of this name begin.
@_cdecl("sapool_fuzz_main")
public func start(_ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> CInt {
    var (count, arguments) = (count, arguments)
    return runFuzzer(&count, &arguments, testOneInput)
}
