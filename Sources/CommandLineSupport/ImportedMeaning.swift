import ArgumentParser
import Foundation
import Interchange
import Networks

/// What an imported model's numbers mean, where the model does not say it.
struct ImportedMeaning: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Names of the classes, one a line, in the order of the model's output (default: those that the model says).",
            valueName: "file"))
    var classNames: String?

    @Option(
        help: ArgumentHelp(
            "What pixels become: imagenet, half (−1 to 1), unit (0 to 1), or mean and deviation of pixels from 0 to 255, such as 127.5,127.5 "
                + "(default: what the model says).",
            valueName: "mean,deviation"))
    var normalization: String?

    init() {}

    /// An option that was given, if any.
    var given: String? { classNames != nil ? "--class-names" : normalization != nil ? "--normalization" : nil }

    /// The names of a file's lines; nil where none is given.
    ///
    /// - Parameter count: how many classes there are.
    func names(count: Int) throws -> [String]? {
        guard let classNames else { return nil }
        guard let data = FileManager.default.contents(atPath: classNames),
            let text = String(data: data, encoding: .utf8)
        else { throw ValidationError("\(classNames) cannot be read as text: give a file of one class name a line.") }
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count == count else {
            throw ValidationError(
                "\(classNames) has \(lines.count) lines, and the model tells \(count) classes apart: give a name for each."
            )
        }
        return lines
    }

    /// The interface of a network whose values are the model's tensors; nil where nothing is known that it would say.
    ///
    /// - Parameters:
    ///   - classes: those that the model says, if any.
    ///   - pixels: what the model says they become, or what weights of its family want.
    func interface(
        of network: Network, source: String, classes: [String]?, pixels: ModelInterface.Pixels?
    ) throws -> ModelInterface? {
        let said = classes.flatMap { $0.count == network.classCount ? $0 : nil }
        let names = try names(count: network.classCount) ?? said
        let pixels = try self.pixels(channels: network.inputShape.channels) ?? pixels
        guard names != nil || pixels != nil else { return nil }
        return ModelInterface(
            source: URL(fileURLWithPath: source).lastPathComponent, of: network, classes: names ?? [],
            normalization: pixels)
    }

    /// A mean and a deviation for each channel, of pixels from 0 to 1; nil where none is given.
    func pixels(channels: Int) throws -> ModelInterface.Pixels? {
        guard let normalization else { return nil }
        func all(_ value: Float) -> [Float] { [Float](repeating: value, count: channels) }
        if let known = KnownPixels.allCases.first(where: { $0.option == normalization })?.pixels(channels: channels) {
            return known
        }
        let numbers = normalization.split(separator: ",").map { Float($0.trimmingCharacters(in: .whitespaces)) }
        guard numbers.count == 2, let mean = numbers[0], let deviation = numbers[1], (0...255).contains(mean),
            (0.001...1e6).contains(deviation)
        else {
            throw ValidationError(
                "--normalization \(normalization.shortened): use imagenet (three channels), half, unit, or a mean from 0 to 255 and a "
                    + "deviation, such as 127.5,127.5.")
        }
        return ModelInterface.Pixels(mean: all(mean / 255), deviation: all(deviation / 255))
    }
}
