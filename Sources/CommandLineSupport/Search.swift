import ArgumentParser
import Files
import Foundation
import Networks
import Planning
import Reporting
import Synchronization

/// `sapool search`: the networks worth training.
package struct Search: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Finds the networks that fit a microcontroller and are worth training.",
        discussion: """
            Looks at every combination of resolutions, widths, strides, poolings and placements. First come up to five networks to train, each \
            with the command that does it: the smallest, the one with the most capacity, the cheapest with good capacity, one \
            with self-attentive pooling, and one for rows that are pushed. Then some of the front: those networks of each pooling method \
            that fit and of which none is better in memory, work and capacity at once. Without choices of your own it looks at \
            some thirteen thousand MobileNetV2s. --recipe writes a dozen of the front as a recipe for `sapool compare`, which trains and ranks them.

              sapool search --sram 64K --flash 1M --macs 30M --data photos
              sapool search --board nucleo-f446re --push-rows --resolutions 96,128 \\
                  --widths 0.35,0.5
              sapool search --sram 32K --strides '[124][12]22121' --pools strided \\
                  --pools 'self-attentive(patch=2, restoration=subpixel)' \\
                  --svg front.svg --json
            """)

    @Option(
        help: ArgumentHelp("Sides of the image, in pixels (default: 96,128,160,192,224).", valueName: "list"),
        transform: { try Numbers.whole($0, in: 1...8192) })
    var resolutions: [Int] = [96, 128, 160, 192, 224]

    @Option(
        help: ArgumentHelp("Widths of a MobileNet V1 or V2 (default: 0.25,0.35,0.5,0.75,1).", valueName: "list"),
        transform: { try Numbers.fractions($0, in: 0.01...16) })
    var widths: [Double]?

    @Option(
        help: ArgumentHelp(
            "Strides, a digit a stage; choices in brackets: '[124][12]22121'. May be repeated.", valueName: "pattern"))
    var strides: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            A pooling method in the project's own notation, or strided. May be repeated \
            (default: \(SearchSpace.pools.joined(separator: "; "))).
            """, valueName: "pool"))
    var pools: [String] = []

    @Option(
        help: ArgumentHelp("Where a MobileNet V1 or V2 pools: inside, before, or both (default).", valueName: "place"))
    var placement: String?

    @Option(help: "The backbone: mobilenet-v2, resnet18, plain-cnn …")
    var backbone: String = "mobilenet-v2"

    @Option(help: "Channels of the images.")
    var channels: Int = 3

    @Option(help: "Classes that the network tells apart.")
    var classes: Int = 10

    @OptionGroup var planning: PlanningOptions

    @Option(
        help: ArgumentHelp("Most multiply-accumulates an image: 30M, 500K.", valueName: "number"),
        transform: { try WorkAmount.count($0, of: "multiply-accumulates") })
    var macs: Int?

    @Option(help: ArgumentHelp("Draw the front.", valueName: "file"))
    var svg: String?

    @Option(help: ArgumentHelp("Write a dozen of the front as a recipe for `sapool compare`.", valueName: "file"))
    var recipe: String?

    @Option(help: ArgumentHelp("Data set that the printed commands and the recipe train on.", valueName: "data"))
    var data: String?

    @Option(help: "Epochs that the recipe trains (default: 5).")
    var epochs: Int?

    @Flag(help: "Print the whole front, and not a few networks that stand for it.")
    var all = false

    @Flag(help: "Print what was found as JSON (Documentation/Search.md).")
    var json = false

    package init() {}

    package func validate() throws {
        guard (1...1024).contains(channels) else { throw ValidationError("--channels \(channels): use 1 or 3.") }
        guard (1...1_000_000).contains(classes) else { throw ValidationError("--classes \(classes): use 1 or more.") }
        if let epochs, !(1...100_000).contains(epochs) {
            throw ValidationError("--epochs \(epochs): use 1 or more.")
        }
        if epochs != nil, recipe == nil {
            throw ValidationError("--epochs is for the networks of --recipe: give --recipe too, or leave it out.")
        }
        if all, json { throw ValidationError("--json has the whole front anyway: leave --all out.") }
        if recipe != nil, data == nil { throw ValidationError("--recipe needs --data: name the data set to train on.") }
        if !OwnNotation.comesInWidths(backbone), widths != nil || placement != nil {
            throw ValidationError(
                "only MobileNets V1 and V2 are searched in widths and placements, and --backbone is \(backbone): leave "
                    + "them out.")
        }
        if let placement, !["inside", "before"].contains(placement) {
            throw ValidationError("--placement \(placement): use inside or before, or leave it out for both.")
        }
    }

    package func run() throws {
        try RunFiles.checkOutput(svg)
        try RunFiles.checkOutput(recipe)
        let limits = SearchLimits(budget: try planning.budget(), multiplyAccumulates: macs)
        let search = try NetworkSearch(
            space(), limits: limits, options: planning.planOptions, core: planning.estimatedCore())
        let progress = SearchProgress()
        defer { progress.end() }
        var report = try search.run(all || json || svg != nil ? .front : .shown, progress: progress.show)
        progress.end()
        if let data { report.data = data }
        if let svg { try SearchDrawing(report).picture().write(to: svg) }
        if let recipe {
            try write(Data(report.recipe(epochs: epochs ?? 5).utf8), to: recipe)
        }
        if json { try printJSON(report) } else { print(report.text(all: all)) }
    }

    private func space() throws -> SearchSpace {
        var space = SearchSpace(resolutions: resolutions, backbone: backbone, channels: channels, classes: classes)
        space.widths = widths ?? (OwnNotation.comesInWidths(backbone) ? space.widths : [1])
        var known = Set<String>()
        if !pools.isEmpty { space.pools = pools.filter { known.insert($0).inserted } }
        if let placement { space.placements = placement == "inside" ? [.inside] : [.before] }
        do {
            space.strides = try strides.flatMap { try StridePattern($0).expanded }
        } catch {
            throw ValidationError("\(error).")
        }
        return space
    }
}

/// Shows a search on standard error, from its first moment on.
private final class SearchProgress: Sendable {
    private let line = ProgressLine()
    private let isPlanning = Mutex(false)

    @Sendable func show(_ progress: NetworkSearch.Progress) {
        switch progress {
        case .counted(0, _): line.begin("looking at networks")
        case .counted(let done, let all): line.advance(done, of: all)
        case .planned(let done, let all):
            let isFirst = isPlanning.withLock { known in
                defer { known = true }
                return !known
            }
            if isFirst { line.begin("planning the best") }
            line.advance(done, of: all)
        }
    }

    func end() { line.end() }
}

/// Lists of numbers on the command line.
private enum Numbers {
    static func whole(_ text: String, in range: ClosedRange<Int>) throws -> [Int] {
        try text.split(separator: ",").map { part in
            guard let number = Int(part), range.contains(number) else {
                throw ValidationError("\(part) is no whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }

    static func fractions(_ text: String, in range: ClosedRange<Double>) throws -> [Double] {
        try text.split(separator: ",").map { part in
            guard let number = Double(part), range.contains(number) else {
                throw ValidationError("\(part) is no number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
    }
}
