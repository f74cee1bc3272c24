import DeviceRuntime
import Lowering
import MadeUpModels
import Networks
import Quantization
import XCTest

/// What the lists of arguments say, beside what generated code and the host's executor make of them.
final class KernelCallTests: XCTestCase {
    private func calls(_ notation: String) throws -> (program: KernelProgram, calls: [KernelCall]) {
        let network = try Network(notation: notation, input: [3, 16, 16], classes: 5)
        let program = try KernelProgram(madeUpModel(network))
        return (program, program.steps.flatMap(\.calls))
    }

    private func constants(_ value: KernelArgument.Value) -> [ConstantID] {
        switch value {
        case .int8(let table), .int32(let table), .places(let table, _, _): [table]
        case .requantisation(let scaling): [scaling.bias, scaling.multipliers, scaling.shifts]
        case .pass, .rows, .row, .start, .output, .bytes, .words, .columns, .integer, .groups, .flag, .spread, .size,
            .window, .dilation, .multiplier, .addend, .scaled, .structure:
            []
        }
    }

    /// A table that no argument names would be flash that no kernel reads.
    func testEveryConstantIsAnArgument() throws {
        for notation in [
            "plain-cnn(channels=4-8, strides=22, pool=self-attentive(patch=2, restoration=subpixel))",
            "plain-cnn(channels=4-8, strides=22, pool=self-attentive(window-normalised=false, position=sine))",
            "plain-cnn(channels=4-8, strides=22, pool=wavelet)",
            "plain-cnn(channels=4-8, strides=22, pool=space-to-depth)",
            "plain-cnn(channels=4-8, strides=22, pool=mixed(share=channel))",
            "plain-cnn(channels=4-8, strides=22, pool=glance(patch=4, channels=4))",
        ] {
            XCTAssertEqual(unused(try calls(notation).program), [], notation)
        }
        for arithmetic in IntegerArithmetic.allCases {
            let model = try MadeUpModel(.withEveryShaping(), arithmetic: arithmetic).model
            XCTAssertEqual(unused(try KernelProgram(model)), [], "\(arithmetic)")
        }
    }

    /// A plan has no kernel at hand that it could ask.
    func testAPlanAndAKernelAgreeAboutAConvolutionsMemory() {
        for (side, channels, groups) in [(1, 1, 1), (1, 3, 1), (3, 3, 1), (3, 16, 4), (5, 7, 7), (7, 64, 1), (2, 6, 3)]
        {
            let size = MapSize(height: 9, width: 9, channels: channels)
            let geometry = ConvolutionGeometry(
                input: size, output: size,
                window: SlidingWindow(
                    height: side, width: side, verticalStride: 1, horizontalStride: 1, top: 0, left: 0),
                groups: groups, zero: 0)
            XCTAssertEqual(
                KernelUse.columnBytes(windowCount: geometry.windowCount), geometry.columnBytes,
                "\(side)×\(side) over \(channels) channels in \(groups) groups")
        }
    }

    private func unused(_ program: KernelProgram) -> [String] {
        let calls = program.steps.flatMap(\.calls)
        var used = Set(calls.flatMap(\.values).flatMap { constants($0) })
        for call in calls { if case .pixels(let tables, _) = call.kernel { used.insert(tables) } }
        return program.constants.indices.filter { !used.contains($0) }.map { program.constants[$0].name }
    }

    /// A concatenation calls its function for each operand, one of the output's scale without a table.
    func testAConcatenationIsACallForEachOperand() throws {
        let program = try KernelProgram(MadeUpModel(.withEveryShaping()).model)
        let call = try XCTUnwrap(program.steps.first { $0.name == "joined" }?.calls.first)
        XCTAssertEqual(call.kernel.functionName, "joinRow")
        XCTAssertEqual(call.invocations.count, 3)
        let labels = call.invocations.map { $0.map { $0.label ?? "_" } }
        XCTAssertEqual(labels[0], ["_", "channels", "at", "of", "width", "to"])
        XCTAssertEqual(labels[1], ["_", "channels", "table", "at", "of", "width", "to"])
        XCTAssertEqual(labels[2], labels[0])
        XCTAssertEqual(call.arguments.count, 19)
    }

    /// Scratch and operands that a list names are the step's.
    func testEveryOperandAndAllScratchIsAnArgument() throws {
        let (program, _) = try calls(
            "plain-cnn(channels=4-8, strides=22, pool=self-attentive(patch=2, position=sine, restoration=subpixel))")
        for step in program.steps.dropFirst() {
            var (operands, scratch): (Set<Int>, Set<Int>) = ([], [])
            for value in step.calls[0].values {
                if case .rows(let operand) = value { operands.insert(operand) }
                if case .row(let operand) = value { operands.insert(operand) }
                if case .start(let operand) = value { operands.insert(operand) }
                if case .words(let index) = value { scratch.insert(index) }
                if case .bytes(let index) = value { scratch.insert(index) }
            }
            XCTAssertEqual(operands, Set(step.operands.indices), step.name)
            XCTAssertEqual(scratch, Set(step.scratch.indices), step.name)
        }
    }

    /// The structures of an argument list come with their names, and each list begins a line.
    func testStructuresAreArgumentsToo() throws {
        let (_, calls) = try calls(
            "plain-cnn(channels=4-8, strides=22, pool=self-attentive(patch=2, restoration=subpixel))")
        var structures: Set<String> = []
        for argument in calls.flatMap(\.arguments) {
            guard case .structure(let name, let inner) = argument.value else { continue }
            structures.insert(name)
            XCTAssertEqual(inner.first?.startsLine, true, name)
        }
        XCTAssertEqual(
            structures,
            ["ConvolutionGeometry", "PoolingWeights", "AttentionGeometry", "AttentionWeights", "AttentionMemory"])
        XCTAssertTrue(calls.allSatisfy { $0.arguments.first?.startsLine ?? true })
    }
}
