import Datasets
import Foundation
import XCTest

final class LoaderTests: XCTestCase {
    private func numbers(_ count: Int, size: Int = 8, channels: Int = 3) throws -> InMemoryDataset {
        var pixels: [UInt8] = []
        for i in 0..<count * size * size * channels { pixels.append(UInt8((i &* 31 &+ i / 192) & 255)) }
        return try InMemoryDataset(
            name: "numbers", classNames: ["a", "b", "c"], size: ImageSize(square: size), channels: channels,
            pixels: pixels, labels: (0..<count).map { $0 % 3 })
    }

    private func contents(_ batches: [Batch]) -> [[UInt8]] { batches.map(pixels) }

    func testOrderAndContentDoNotDependOnWorkers() throws {
        let data = try numbers(101)
        let transform = Transform.training(size: ImageSize(square: 6))
        func run(_ workers: Int, _ prefetch: Int, epoch: Int = 3, from step: Int = 0) throws -> [Batch] {
            let loader = try Loader(
                dataset: data, transform: transform,
                configuration: .init(batchSize: 8, seed: 11, workers: workers, prefetch: prefetch))
            return try collect(loader.batches(epoch: epoch, startingAt: step))
        }
        let expected = try run(0, 1)
        XCTAssertEqual(expected.map(\.count), [Int](repeating: 8, count: 12) + [5])
        XCTAssertEqual(expected.flatMap(\.indices).sorted(), Array(0..<101))
        XCTAssertTrue(expected.allSatisfy { $0.labels == $0.indices.map { Int64($0 % 3) } })
        for (workers, prefetch) in [(1, 1), (1, 4), (4, 1), (4, 4), (4, 64)] {
            let found = try run(workers, prefetch)
            XCTAssertEqual(contents(found), contents(expected), "\(workers) workers, prefetch \(prefetch)")
            XCTAssertEqual(found.map(\.indices), expected.map(\.indices))
            XCTAssertEqual(found.map(\.step), Array(0..<13))
        }
        for step in [0, 1, 7, 12, 13, 50] {
            let found = try run(4, 4, from: step)
            XCTAssertEqual(contents(found), contents(Array(expected.dropFirst(step))))
            XCTAssertEqual(found.map(\.step), Array(min(step, 13)..<13))
        }
        XCTAssertNotEqual(try run(0, 1, epoch: 4).map(\.indices), expected.map(\.indices))
    }

    func testPartsTogetherAreTheBatchesOfOneProcess() throws {
        let data = try numbers(29)
        func run(_ part: BatchPart, dropLast: Bool) throws -> [Batch] {
            var configuration = LoaderConfiguration(batchSize: 9, seed: 5, dropLast: dropLast, workers: 2)
            configuration.part = part
            let loader = try Loader(
                dataset: data, transform: .training(size: ImageSize(square: 6)), configuration: configuration)
            return try collect(loader.batches(epoch: 1))
        }
        for count in [2, 3, 4] {
            for dropLast in [true, false] {
                let whole = try run(.whole, dropLast: dropLast)
                let parts = try (0..<count).map { try run(BatchPart(index: $0, count: count), dropLast: dropLast) }
                for batch in whole {
                    let pieces = parts.flatMap { $0.filter { $0.step == batch.step } }
                    XCTAssertEqual(pieces.flatMap(pixels), pixels(of: batch))
                    XCTAssertEqual(pieces.flatMap(\.indices), batch.indices)
                    XCTAssertEqual(pieces.flatMap { Array($0.rows) }, Array(0..<batch.count))
                    XCTAssertTrue(pieces.allSatisfy { $0.wholeCount == batch.count && $0.count == $0.rows.count })
                }
            }
        }
        assertMessage("part 2 of 2 of a batch is not possible: parts count from 0") {
            try run(BatchPart(index: 2, count: 2), dropLast: true)
        }
    }

    func testImagesGoIntoTheBatchAsTheyAre() throws {
        let data = try numbers(5)
        let loader = try Loader(
            dataset: data, transform: .smallImageEvaluation(size: ImageSize(square: 8)),
            configuration: .init(batchSize: 2, shuffle: false))
        XCTAssertEqual(loader.stepsPerEpoch, 3)
        let batches = try collect(loader.batches(epoch: 0))
        XCTAssertEqual(batches.map(\.indices), [[0, 1], [2, 3], [4]])
        XCTAssertEqual(batches.flatMap(pixels), try (0..<5).flatMap { try data.image(at: $0).pixels })
        let batch = try XCTUnwrap(batches.first)
        XCTAssertEqual([batch.count, batch.height, batch.width, batch.channels], [2, 8, 8, 3])
        XCTAssertEqual(batch.pixels.byteCount, 2 * 8 * 8 * 3)
        XCTAssertEqual(Int(bitPattern: batch.pixels.address) % 64, 0)
    }

    func testDropLast() throws {
        let configuration = LoaderConfiguration(batchSize: 4, dropLast: true)
        let transform = Transform.smallImageEvaluation(size: ImageSize(square: 8))
        let loader = try Loader(dataset: numbers(11), transform: transform, configuration: configuration)
        XCTAssertEqual(loader.stepsPerEpoch, 2)
        XCTAssertEqual(try collect(loader.batches(epoch: 0)).map(\.count), [4, 4])
        assertMessage("numbers has 3 images, fewer than one batch of 4: use smaller batches") {
            try Loader(dataset: numbers(3), transform: transform, configuration: configuration)
        }
    }

    func testMessages() throws {
        let data = try numbers(3)
        let transform = Transform.smallImageEvaluation(size: ImageSize(square: 8))
        func check(_ configuration: LoaderConfiguration, _ message: String, line: UInt = #line) {
            assertMessage(message, line: line) {
                try Loader(dataset: data, transform: transform, configuration: configuration)
            }
        }
        check(.init(batchSize: 0), "a batch of 0 images is not possible: use 1 to 1048576")
        check(.init(batchSize: 1, workers: -1), "-1 loader workers are not possible: use 0 to 1024")
        check(.init(batchSize: 1, prefetch: 0), "a prefetch of 0 batches is not possible: use 1 to 4096")
        assertMessage("numbers holds no images") {
            try Loader(
                dataset: Subset(data, indices: []), transform: transform, configuration: .init(batchSize: 1))
        }
    }

    /// A data set that sleeps over each image, counts what runs, and cannot read some.
    private final class Slow: Dataset, @unchecked Sendable {
        let name = "slow"
        let classNames = ["only"]
        let count: Int
        let channels = 1
        let imageSize: ImageSize? = nil
        private let seconds: Double
        private let lock = NSLock()
        private var readImages = 0

        init(count: Int, seconds: Double) {
            self.count = count
            self.seconds = seconds
        }

        var imagesRead: Int { lock.withLock { readImages } }

        func label(at index: Int) -> Int { 0 }
        func location(of index: Int) -> String { "slow/\(index)" }
        func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
            Thread.sleep(forTimeInterval: seconds)
            lock.withLock { readImages += 1 }
            return try Image(width: 1, height: 1, channels: 1, pixels: [UInt8(index & 255)])
        }
    }

    private func slowLoader(_ data: Slow, batchSize: Int, workers: Int, prefetch: Int) throws -> Loader {
        try Loader(
            dataset: data, transform: .smallImageEvaluation(size: ImageSize(square: 1)),
            configuration: .init(batchSize: batchSize, workers: workers, prefetch: prefetch))
    }

    func testPrefetchIsBounded() throws {
        let data = Slow(count: 100, seconds: 0)
        let batches = try slowLoader(data, batchSize: 1, workers: 4, prefetch: 3).batches(epoch: 0)
        _ = try batches.next()
        Thread.sleep(forTimeInterval: 0.1)
        XCTAssertEqual(data.imagesRead, 1 + 3)
    }

    func testDroppingTheIteratorStopsTheThreadsAtOnce() throws {
        let data = Slow(count: 1000, seconds: 0.01)
        let loader = try slowLoader(data, batchSize: 100, workers: 3, prefetch: 10)
        let start = ContinuousClock.now
        for epoch in 0..<20 {
            let batches = loader.batches(epoch: epoch)
            if epoch == 0 { Thread.sleep(forTimeInterval: 0.05) }
            withExtendedLifetime(batches) {}
        }
        // Twenty times at most one image; a batch would take a second.
        XCTAssertLessThan(start.duration(to: .now), .seconds(2))
        let read = data.imagesRead
        Thread.sleep(forTimeInterval: 0.05)
        XCTAssertEqual(data.imagesRead, read, "a thread still runs")
    }

    func testCancel() throws {
        for workers in [0, 2] {
            let batches = try slowLoader(Slow(count: 50, seconds: 0), batchSize: 1, workers: workers, prefetch: 2)
                .batches(epoch: 0)
            XCTAssertNotNil(try batches.next())
            batches.cancel()
            XCTAssertNil(try batches.next())
        }
    }

    func testManyShortEpochsNeitherLeakNorHang() throws {
        let loader = try Loader(
            dataset: numbers(64), transform: .smallImageTraining(size: ImageSize(square: 8), padding: 1),
            configuration: .init(batchSize: 4, workers: 3, prefetch: 2))
        func churn(_ epochs: Range<Int>) throws {
            for epoch in epochs {
                let batches = loader.batches(epoch: epoch)
                for _ in 0..<epoch % 18 { _ = try batches.next() }
            }
        }
        weak var lastBuffer: PixelBuffer?
        do {
            let batches = loader.batches(epoch: 0)
            lastBuffer = try batches.next()?.pixels
        }
        XCTAssertNil(lastBuffer, "a batch outlives its owner")
        let start = ContinuousClock.now
        try churn(0..<500)
        XCTAssertLessThan(start.duration(to: .now), .seconds(30))
        #if os(Linux)
            let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap {
                try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)
            }
            // A thread that has left the loader may take a moment to end.
            XCTAssertLessThan(threads.filter { $0.hasPrefix("sapool loader") }.count, 10)
        #endif
    }

    // MARK: Broken images

    private func folderWithBrokenImages(_ broken: Set<Int>, of count: Int) throws -> ScratchFolder {
        let folder = try ScratchFolder()
        let png = try pattern(width: 9, height: 9, channels: 3).pngData()
        for i in 0..<count {
            let name = "only/image\(10 + i).png"
            try folder.write(name, broken.contains(i) ? Array(png.dropLast(20)) : png)
        }
        return folder
    }

    func testABrokenImageStopsWithItsPathInOrder() throws {
        let folder = try folderWithBrokenImages([5, 9], of: 12)
        let data = try DatasetCatalog.open(folder.path, split: .train)
        for workers in [0, 1, 4] {
            let loader = try Loader(
                dataset: data, transform: .smallImageEvaluation(size: ImageSize(square: 8)),
                configuration: .init(batchSize: 2, shuffle: false, workers: workers))
            let batches = loader.batches(epoch: 0)
            XCTAssertEqual(try batches.next()?.indices, [0, 1])
            XCTAssertEqual(try batches.next()?.indices, [2, 3])
            let expected =
                "cannot decode \(folder.path)/only/image15.png: the PNG data end too early; replace or remove the file"
            assertMessage(expected) { try batches.next() }
            XCTAssertNil(try batches.next())
            XCTAssertEqual(loader.skippedImages, [])
        }
    }

    func testBrokenImagesAreSkippedCountedAndListedOnce() throws {
        let folder = try folderWithBrokenImages([4, 5, 9], of: 12)
        let data = try DatasetCatalog.open(folder.path, split: .train)
        for workers in [0, 4] {
            let loader = try Loader(
                dataset: data, transform: .smallImageEvaluation(size: ImageSize(square: 8)),
                configuration: .init(batchSize: 2, shuffle: false, workers: workers, skipBadImages: true))
            for epoch in 0..<3 {
                let batches = try collect(loader.batches(epoch: epoch))
                XCTAssertEqual(batches.map(\.indices), [[0, 1], [2, 3], [6, 7], [8], [10, 11]])
                XCTAssertEqual(batches.map(\.step), [0, 1, 3, 4, 5])
                XCTAssertEqual(batches[3].pixels.byteCount, 8 * 8 * 3)
            }
            XCTAssertEqual(
                loader.skippedImages.map(\.location), [14, 15, 19].map { "\(folder.path)/only/image\($0).png" })
            XCTAssertTrue(loader.skippedImages.allSatisfy { $0.reason.contains("the PNG data end too early") })
        }
    }

    func testNothingButBrokenImagesIsAnError() throws {
        let folder = try folderWithBrokenImages([0, 1, 2], of: 3)
        let loader = try Loader(
            dataset: DatasetCatalog.open(folder.path, split: .train),
            transform: .smallImageEvaluation(size: ImageSize(square: 8)),
            configuration: .init(batchSize: 2, skipBadImages: true))
        assertMessage("none of the images of \(folder.path) can be read") { try collect(loader.batches(epoch: 0)) }
    }

    func testRealPhotographs() throws {
        let data = try DatasetCatalog.open(sharedData("clothing-small-160"), split: .validation)
        func run(_ workers: Int) throws -> [[UInt8]] {
            let loader = try Loader(
                dataset: data, transform: .training(size: ImageSize(square: 64)),
                configuration: .init(batchSize: 32, seed: 1, workers: workers))
            return try collect(loader.batches(epoch: 0)).map(pixels)
        }
        XCTAssertEqual(try run(1), try run(4))
    }

    /// Classes of 90, 9 and 1 images come equally often, nothing twice before everything of its class, another part each epoch.
    func testBalancedSamplingDrawsEveryClassEquallyOften() throws {
        let labels = [Int](repeating: 0, count: 90) + [Int](repeating: 1, count: 9) + [2]
        let data = try InMemoryDataset(
            name: "numbers", classNames: ["a", "b", "c"], size: ImageSize(square: 1), channels: 1,
            pixels: [UInt8](repeating: 0, count: 100), labels: labels)
        var configuration = LoaderConfiguration(batchSize: 10, seed: 4, workers: 0)
        configuration.balanced = true
        let loader = try Loader(
            dataset: data, transform: .smallImageEvaluation(size: ImageSize(square: 1)), configuration: configuration)
        func epoch(_ number: Int) throws -> [Int] { try collect(loader.batches(epoch: number)).flatMap(\.indices) }
        let drawn = try epoch(0)
        XCTAssertEqual(drawn.count, 100)
        let counts = (0..<3).map { label in drawn.count { labels[$0] == label } }
        XCTAssertEqual(counts.sorted(), [33, 33, 34])
        XCTAssertEqual(Set(drawn.filter { $0 < 90 }).count, counts[0])
        XCTAssertTrue((90..<99).allSatisfy { image in (3...4).contains(drawn.count { $0 == image }) })
        XCTAssertEqual(try epoch(0), drawn)
        XCTAssertNotEqual(Set(try epoch(1).filter { $0 < 90 }), Set(drawn.filter { $0 < 90 }))
        XCTAssertNotEqual(Array(drawn.prefix(20)), Array(drawn.sorted().prefix(20)))
    }
}
