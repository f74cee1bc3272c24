import Datasets
import Foundation

/// One side of a comparison that Benchmarks/loader.py interleaves.
///
/// Opens an image folder; then, for each line on standard input, hands out one epoch of augmented batches and prints the number of images
/// and the seconds that took.
@main
struct BenchmarkLoader {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().map { $0 }
        guard arguments.count == 4, let side = Int(arguments[1]), let batch = Int(arguments[2]),
            let workers = Int(arguments[3])
        else {
            print("usage: benchmark-loader FOLDER PIXELS BATCH WORKERS")
            exit(64)
        }
        let loader = try Loader(
            dataset: DatasetCatalog.open(arguments[0], split: .train),
            transform: .training(size: ImageSize(square: side)),
            configuration: LoaderConfiguration(batchSize: batch, seed: 1, workers: workers))
        var epoch = 0
        while readLine() != nil {
            var images = 0
            let time = try ContinuousClock().measure {
                let batches = loader.batches(epoch: epoch)
                while let batch = try batches.next() { images += batch.count }
            }
            epoch += 1
            FileHandle.standardOutput.write(Data("\(images) \(time / .seconds(1))\n".utf8))
        }
    }
}
