import ArgumentParser
import CommandLineSupport
import Torch

/// The program behind `sapool` for what needs libtorch.
@main
enum Main {
    static func main() {
        Torch.keepFreedMemory()
        Program.main(SapoolTorch.self, Array(CommandLine.arguments.dropFirst()))
    }
}

/// Every verb of `sapool`, one file a verb in `Verbs/`.
struct SapoolTorch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sapool",
        abstract: "From a folder of labelled images to a vision model that fits a microcontroller.",
        discussion: """
            A network has a name, in the authors' notation or in ours; both are \
            explained in Documentation/Notation.md:

              mobilenet_v2-nlp_headfix2-1222121
              'plain-cnn(pool=self-attentive(patch=2, restoration=subpixel))'

            From photographs, a folder for each class, to firmware:

              sapool fit photos --sram 64K --flash 512K --hours 2 --output fit

            Step by step:

              sapool plan mobilenet_v2-nlp_headfix2-1222121 --resolution 96
              sapool train --recipe Experiments/demo.yaml --output runs/first
              sapool evaluate runs/first
              sapool predict runs/first photo.jpg

            Exit status: 0 done, 1 failed, 64 wrong usage.
            """,
        version: "0.1.0",
        subcommands: [
            Plan.self, Search.self, Train.self, Evaluate.self, Predict.self, Forward.self, Compare.self, Summarize.self,
            FitVerb.self, Report.self, Visualize.self, CheckedImport.self, Export.self, Simulate.self, Prune.self,
            Quantize.self, Speed.self,
        ])
}
