import Foundation
import ProcessorTime
import Readers
import XCTest

/// Every input of the fuzzers' corpus, every input that ever failed, and some that are made up here: each is read or refused, within
/// seconds and without filling the memory.
final class ReadersTests: XCTestCase {
    /// Seconds that a reader may take for an input.
    private static let limit = 5
    private static let fuzz = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fuzz")

    func testCorpus() throws {
        for reader in Reader.allCases {
            let inputs = try files("Corpus", of: reader)
            XCTAssertFalse(inputs.isEmpty, "no inputs for \(reader)")
            var taken = 0
            for input in inputs {
                let refusal = try outcome(of: reader, Array(Data(contentsOf: input)), input.lastPathComponent)
                if refusal == nil { taken += 1 }
            }
            // A corpus of refused files would test nothing but refusals.
            XCTAssertGreaterThan(taken, 0, "\(reader) refuses its whole corpus")
        }
    }

    func testInputsThatOnceFailed() throws {
        for reader in Reader.allCases {
            for file in try files("Found", of: reader) {
                let refusal = try outcome(of: reader, Array(Data(contentsOf: file)), file.lastPathComponent)
                XCTAssertNotEqual(refusal, "", "\(reader) refuses \(file.lastPathComponent) without a word")
            }
        }
    }

    func testInputsMadeUpByTheirStructure() throws {
        for reader in Reader.allCases {
            let seeds = try files("Corpus", of: reader).map { try [UInt8](Data(contentsOf: $0)) }
            var chance = Chance(seed: 16)
            for index in 0..<150 {
                let seed = seeds[index % seeds.count]
                guard let input = reader.mutated(seed, &chance, blindly: { Array($0.reversed()) }) else { break }
                _ = try outcome(of: reader, input, "made up \(index)")
            }
        }
    }

    func testMadeUpNetworksHaveOperationsOfOthers() throws {
        var chance = Chance(seed: 16)
        var kinds: Set<String> = []
        for _ in 0..<600 {
            guard let made = NetworkGenerator.network(&chance) else { continue }
            let network = try JSONSerialization.jsonObject(with: Data(made)) as? [String: Any]
            for node in network?["nodes"] as? [[String: Any]] ?? [] { kinds.insert(node["operation"] as? String ?? "") }
        }
        let wanted = [
            "concatenation", "slice", "pad", "upsampleNearest", "softmax", "subtract", "parametricReLU",
            "globalMaxPool",
        ]
        XCTAssertEqual(wanted.filter { !kinds.contains($0) }, [])
    }

    func testMadeUpNetworksHaveWindowsOfEveryKind() throws {
        var chance = Chance(seed: 16)
        var (oblong, gaps, oneSided) = (0, 0, 0)
        for _ in 0..<600 {
            guard let made = NetworkGenerator.network(&chance) else { continue }
            let network = try JSONSerialization.jsonObject(with: Data(made)) as? [String: Any]
            for node in network?["nodes"] as? [[String: Any]] ?? [] {
                if let kernel = node["kernel"] as? [Int], Set(kernel).count > 1 { oblong += 1 }
                if node["dilation"] != nil { gaps += 1 }
                if let padding = node["padding"] as? [Int], padding.count == 4 { oneSided += 1 }
            }
        }
        XCTAssertGreaterThan(min(oblong, gaps, oneSided), 0, "\(oblong), \(gaps), \(oneSided)")
    }

    private func files(_ folder: String, of reader: Reader) throws -> [URL] {
        let place = Self.fuzz.appendingPathComponent("\(folder)/\(reader.rawValue)")
        guard FileManager.default.fileExists(atPath: place.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: place, includingPropertiesForKeys: nil).sorted {
            $0.lastPathComponent < $1.lastPathComponent
        }
    }

    /// What a reader says; a hang ends the process, because nothing else can end a reader.
    private func outcome(of reader: Reader, _ bytes: [UInt8], _ name: String) throws -> String? {
        let alarm = DispatchSource.makeTimerSource(queue: .global())
        alarm.schedule(deadline: .now() + .seconds(4 * Self.limit))
        alarm.setEventHandler { fatalError("\(reader) hangs at \(name)") }
        alarm.resume()
        defer { alarm.cancel() }
        let memory = Self.peakKilobytes()
        var refusal: String?
        XCTAssertLessThan(
            processorSeconds { refusal = reader.outcome(bytes) }, Double(Self.limit), "\(reader) is slow at \(name)")
        XCTAssertLessThan(Self.peakKilobytes() - memory, 1 << 20, "\(reader) takes over a gigabyte for \(name)")
        return refusal
    }

    /// The most memory that this process had so far; 0 where the system does not say.
    private static func peakKilobytes() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }
}
