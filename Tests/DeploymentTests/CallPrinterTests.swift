import Deployment
import KernelCases
import Networks
import Planning
import Quantization
import XCTest

/// The generated call of each kernel, written down by hand: text that compiles and runs today is to stay as it is, byte by byte.
final class CallPrinterTests: XCTestCase {
    /// A call and what is to come out.
    private struct Case {
        let kernel: Kernel
        var second = CallPrinterTests.whole
        var inputs: [Shape] = [CallPrinterTests.map]
        var output: Shape = CallPrinterTests.map
        let text: String
    }

    private static let map: Shape = [4, 8, 10]
    /// Three lines of the map.
    private static let lines = Buffer(
        name: "lines", role: .lines, bytes: 120, rows: 3, first: 0, last: 1, offset: 12_288)
    private static let whole = Buffer(name: "whole", role: .activation, bytes: 320, rows: 8, first: 0, last: 1)
    private static let small = Buffer(
        name: "small", role: .activation, bytes: 80, rows: 4, first: 0, last: 1, offset: 512)
    private static let pixel = Buffer(name: "pixel", role: .activation, bytes: 4, first: 0, last: 1, offset: 704)
    private static let scratch = [2048, 65_536, 70_000].map {
        Buffer(name: "work", role: .scratch, bytes: 64, first: 1, last: 1, offset: $0)
    }
    /// Constant 0 lies at 32, constant 1 at 1032, constant 12 at 12 032.
    private static let offsets = (0..<20).map { 32 + 1000 * $0 }

    private static let half = FixedPointScale(0.5)
    private static let threeQuarters = FixedPointScale(0.75)
    private static let scaled = OutputScaling(scale: FixedPointScale(0.375), zero: 5, low: 5)
    private static let square = Window(kernel: 3, padding: 1)
    private static let gaps = Window(kernel: 3, dilation: 2, padding: 2)
    /// Strides and padding that differ by side.
    private static let oblong = Window(
        kernel: Size(3, 2), stride: Size(2, 1), before: Size(0, 1), after: Size(1, 0))

    private func printed(_ test: Case, output: String = "out", isInPlace: Bool = false, writesAtEnd: Bool = false)
        -> String
    {
        let call = KernelCall(
            name: "node", nodes: ["node"], kernel: test.kernel, inputs: test.inputs, output: test.output)
        return CallPrinter(
            operands: [Self.lines, test.second], scratch: Self.scratch, offsets: Self.offsets, output: output,
            isInPlace: isInPlace, writesAtEnd: writesAtEnd
        ).lines(call).joined(separator: "\n")
    }

    private func check(_ cases: [Case], line: UInt = #line) {
        for test in cases { XCTAssertEqual(printed(test), test.text, line: line) }
    }

    /// All of them; what follows adds forms of the same.
    private static let cases: [Case] = [
        Case(
            kernel: .convolution(
                window: Window(kernel: 3, stride: 2, padding: 1), groups: 1, zero: -128, weights: 1,
                scaling: ChannelScaling(bias: 2, multipliers: 10, shifts: 11, zero: -128), columnBytes: 144),
            output: [16, 4, 5],
            text: """
                convolveRow(
                    y, rows(12_288, 3, of: 40),
                    ConvolutionGeometry(
                        input: MapSize(height: 8, width: 10, channels: 4), output: MapSize(height: 4, width: 5, channels: 16),
                        window: SlidingWindow(3, stride: 2, padding: 1), zero: -128),
                    weights: int8(1032), scale(2032, 10_032, 11_032, zero: -128),
                    columns: columns, to: out)
                """),
        Case(
            kernel: .depthwise(
                window: oblong, zero: 3, weights: 0,
                scaling: ChannelScaling(bias: 1, multipliers: 2, shifts: 3, zero: -7, low: -7, high: 90)),
            output: [4, 4, 10],
            text: """
                convolveDepthwiseRow(
                    y, rows(12_288, 3, of: 40),
                    ConvolutionGeometry(
                        input: MapSize(height: 8, width: 10, channels: 4), output: MapSize(height: 4, width: 10, channels: 4),
                        window: SlidingWindow(height: 3, width: 2, verticalStride: 2, horizontalStride: 1, top: 0, left: 1), zero: 3),
                    weights: int8(32), scale(1032, 2032, 3032, zero: -7, low: -7, high: 90),
                    to: out)
                """),
        Case(
            kernel: .mirroredFilter(
                window: Window(kernel: 4, stride: 2, before: 1, after: 2), zero: 3, weights: 0,
                scaling: ChannelScaling(bias: 1, multipliers: 2, shifts: 3, zero: -7)),
            output: [4, 4, 5],
            text: """
                filterMirroredRow(
                    y, rows(12_288, 3, of: 40),
                    ConvolutionGeometry(
                        input: MapSize(height: 8, width: 10, channels: 4), output: MapSize(height: 4, width: 5, channels: 4),
                        window: SlidingWindow(4, stride: 2, padding: 1), zero: 3),
                    weights: int8(32), scale(1032, 2032, 3032, zero: -7),
                    to: out)
                """),
        Case(
            kernel: .linear(
                inputs: 12_544, zero: 0, weights: 12, outputs: 10,
                scaling: ChannelScaling(bias: 13, multipliers: 14, shifts: 15, zero: 1)),
            inputs: [[12_544]], output: [10],
            text: """
                multiply(
                    at(12_288), inputs: 12544, zero: 0, weights: int8(12_032), outputs: 10,
                    scale(13_032, 14_032, 15_032, zero: 1), to: out)
                """),
        Case(
            kernel: .lookUp(table: 1),
            text: "lookUp(row(y, 12_288, 3, of: 40), count: 40, int8(1032), to: out)"),
        Case(
            kernel: .add(
                AddendScaling(zero: 3, scale: half), AddendScaling(zero: -4, scale: threeQuarters), scaled,
                spread: .none),
            inputs: [map, map],
            text: """
                add(
                    row(y, 12_288, 3, of: 40), Addend(zero: 3, multiplier: 1_073_741_824, shift: 0),
                    at(y * 40), Addend(zero: -4, multiplier: 1_610_612_736, shift: 0),
                    ScaledOutput(multiplier: 1_610_612_736, shift: -1, zero: 5, low: 5),
                    width: 10, channels: 4, to: out)
                """),
        Case(
            kernel: .multiply(zeros: [-128, 7], scaled, spread: .second), second: pixel, inputs: [map, [4, 1, 1]],
            text: """
                multiply(
                    row(y, 12_288, 3, of: 40), zero: -128, at(704), zero: 7,
                    ScaledOutput(multiplier: 1_610_612_736, shift: -1, zero: 5, low: 5),
                    width: 10, channels: 4, spread: .second, to: out)
                """),
        Case(
            kernel: .scaleChannels(zero: 2, factors: 1, scaled),
            text: """
                multiply(
                    row(y, 12_288, 3, of: 40), zero: 2, int8(1032), zero: 0,
                    ScaledOutput(multiplier: 1_610_612_736, shift: -1, zero: 5, low: 5),
                    width: 10, channels: 4, spread: .second, to: out)
                """),
        Case(
            kernel: .shiftChannels(
                AddendScaling(zero: 3, scale: half), summands: 1, AddendScaling(zero: -4, scale: threeQuarters), scaled,
                isDifference: true),
            text: """
                subtract(
                    row(y, 12_288, 3, of: 40), Addend(zero: 3, multiplier: 1_073_741_824, shift: 0),
                    int8(1032), Addend(zero: -4, multiplier: 1_610_612_736, shift: 0),
                    ScaledOutput(multiplier: 1_610_612_736, shift: -1, zero: 5, low: 5),
                    width: 10, channels: 4, spread: .second, to: out)
                """),
        Case(
            kernel: .addPosition(
                AddendScaling(zero: 3, scale: half), columns: 1, rows: 2, AddendScaling(zero: 0, scale: threeQuarters),
                scaled),
            text: """
                addPosition(
                    row(y, 12_288, 3, of: 40), Addend(zero: 3, multiplier: 1_073_741_824, shift: 0),
                    columns: int8(1032), rows: int8(2032), Addend(zero: 0, multiplier: 1_610_612_736, shift: 0),
                    ScaledOutput(multiplier: 1_610_612_736, shift: -1, zero: 5, low: 5),
                    y: y, width: 10, channels: 4, to: out)
                """),
        Case(
            kernel: .maxPool(window: Window(kernel: 2, stride: 2)), output: [4, 4, 5],
            text: """
                maxPoolRow(
                    y, rows(12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4),
                    SlidingWindow(2, stride: 2), width: 5, to: out)
                """),
        Case(
            kernel: .averagePool(window: square, countsPadding: true, zero: -3),
            text: """
                averagePoolRow(
                    y, rows(12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4),
                    SlidingWindow(3, padding: 1), width: 10, countsPadding: true, zero: -3, sums: words(2048), to: out)
                """),
        Case(
            kernel: .globalAverage(zero: -128, scaled), output: [4, 1, 1],
            text: """
                globalAverageRow(
                    y, row(y, 12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4), zero: -128,
                    ScaledOutput(multiplier: 1_610_612_736, shift: -1, zero: 5, low: 5),
                    sums: words(2048), to: out)
                """),
        Case(
            kernel: .deviation(window: square, zero: 0, scaled),
            text: """
                deviationRow(
                    y, rows(12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4),
                    SlidingWindow(3, padding: 1), width: 10, zero: 0, ScaledOutput(multiplier: 1_610_612_736, shift: -1, zero: 5, low: 5), sums: words(2048), to: out)
                """),
        Case(
            kernel: .poolNormalised(
                window: Window(kernel: 2, stride: 2), zero: -128, offset: 8192, rowOf: 1, columnOf: 12),
            second: small, inputs: [map, [4, 4, 5]], output: [4, 4, 5],
            text: """
                poolNormalisedRow(
                    y, rows(12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4),
                    PoolingWeights(
                        rows(512, 4, of: 20), rowOf: uint16(1032), columnOf: uint16(12_032),
                        offset: 8192),
                    SlidingWindow(2, stride: 2), width: 5, zero: -128,
                    sums: words(2048), to: out)
                """),
        Case(
            kernel: .poolWeighted(
                window: Window(kernel: 2, stride: 2), zero: 6, offset: 128, rowOf: 1, columnOf: 2, scaled),
            second: small, inputs: [map, [4, 4, 5]], output: [4, 4, 5],
            text: """
                poolWeightedRow(
                    y, rows(12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4),
                    PoolingWeights(
                        rows(512, 4, of: 20), rowOf: uint16(1032), columnOf: uint16(2032),
                        offset: 128),
                    SlidingWindow(2, stride: 2), width: 5, zero: 6, ScaledOutput(multiplier: 1_610_612_736, shift: -1, zero: 5, low: 5),
                    sums: words(2048), to: out)
                """),
        Case(
            kernel: .upsample, output: [4, 16, 20],
            text: "upsampleRow(y, rows(12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4), to: out, "
                + "MapSize(height: 16, width: 20, channels: 4))"),
        Case(
            kernel: .shuffle(factor: 2, toDepth: false), output: [1, 16, 20],
            text: """
                shuffleRow(
                    y, rows(12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4),
                    factor: 2, toDepth: false, to: out, MapSize(height: 16, width: 20, channels: 1))
                """),
        Case(
            kernel: .shuffle(factor: 2, toDepth: true), output: [16, 4, 5],
            text: """
                shuffleRow(
                    y, rows(12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4),
                    factor: 2, toDepth: true, to: out, MapSize(height: 4, width: 5, channels: 16))
                """),
        Case(
            kernel: .linear(
                inputs: 12_544, zero: 0, weights: 12, outputs: 10,
                scaling: ChannelScaling(bias: 13, multipliers: 14, shifts: 15, zero: 1), roundsOnce: true),
            inputs: [[12_544]], output: [10],
            text: """
                multiplyRoundingOnce(
                    at(12_288), inputs: 12544, zero: 0, weights: int8(12_032), outputs: 10,
                    scale(13_032, 14_032, 15_032, zero: 1), to: out)
                """),
        Case(
            kernel: .subtract(
                AddendScaling(zero: 3, scale: half), AddendScaling(zero: -4, scale: threeQuarters), scaled,
                spread: .second),
            second: pixel, inputs: [map, [4, 1, 1]],
            text: """
                subtract(
                    row(y, 12_288, 3, of: 40), Addend(zero: 3, multiplier: 1_073_741_824, shift: 0),
                    at(704), Addend(zero: -4, multiplier: 1_610_612_736, shift: 0),
                    ScaledOutput(multiplier: 1_610_612_736, shift: -1, zero: 5, low: 5),
                    width: 10, channels: 4, spread: .second, to: out)
                """),
        Case(
            kernel: .globalMax, output: [4, 1, 1],
            text: "globalMaxRow(y, row(y, 12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4), "
                + "maxima: at(2048), to: out)"),
        Case(
            kernel: .resize, output: [4, 16, 20],
            text: "resizeRow(y, rows(12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4), to: out, "
                + "MapSize(height: 16, width: 20, channels: 4))"),
        Case(
            kernel: .upsampleNearest(
                rows: UpsampleNearest(size: 1).lines(from: 8, to: 16),
                columns: UpsampleNearest(size: 1, alignment: .centers).lines(from: 10, to: 20)),
            output: [4, 16, 20],
            text: """
                copyRow(
                    y, rows(12_288, 3, of: 40), channels: 4,
                    rows: LineCopies(factor: 8, offset: 0, divisor: 16, count: 8), columns: LineCopies(factor: 20, offset: 10, divisor: 40, count: 10),
                    width: 20, to: out)
                """),
        Case(
            kernel: .rectify(zero: 3, slopes: 1, slopeZero: -2, positive: half, scaled),
            text: """
                rectify(
                    row(y, 12_288, 3, of: 40), zero: 3,
                    slopes: int8(1032), zero: -2,
                    positive: Multiplier(1_073_741_824, shift: 0), ScaledOutput(multiplier: 1_610_612_736, shift: -1, zero: 5, low: 5),
                    width: 10, channels: 4, to: out)
                """),
        Case(
            kernel: .softmax(exponentials: 1), output: map,
            text: "softmaxRow(row(y, 12_288, 3, of: 40), exponentials: int32(1032), width: 10, channels: 4, to: out)"),
        // A call for each operand; the second has another scale.
        Case(
            kernel: .concatenate(tables: [nil, 1]), inputs: [map, map], output: [8, 8, 10],
            text: """
                joinRow(row(y, 12_288, 3, of: 40), channels: 4, at: 0, of: 8, width: 10, to: out)
                joinRow(at(y * 40), channels: 4, table: int8(1032), at: 4, of: 8, width: 10, to: out)
                """),
        Case(
            kernel: .slice(start: 1), output: [2, 8, 10],
            text: "sliceRow(row(y, 12_288, 3, of: 40), channels: 4, from: 1, count: 2, width: 10, to: out)"),
        Case(
            kernel: .pad(before: Size(1, 2), value: -7), output: [4, 10, 13],
            text: """
                padRow(
                    y, rows(12_288, 3, of: 40), MapSize(height: 8, width: 10, channels: 4),
                    top: 1, left: 2, value: -7, width: 13, to: out)
                """),
        Case(
            kernel: .attention(
                heads: 2, zero: -9, octaves: threeQuarters,
                query: KernelProjection(
                    weights: 0, scaling: ChannelScaling(bias: 1, multipliers: 2, shifts: 3, zero: 0)),
                key: KernelProjection(
                    weights: 4, scaling: ChannelScaling(bias: 5, multipliers: 6, shifts: 7, zero: 0)),
                value: KernelProjection(
                    weights: 8, scaling: ChannelScaling(bias: 9, multipliers: 10, shifts: 11, zero: 0)),
                output: KernelProjection(
                    weights: 12, scaling: ChannelScaling(bias: 13, multipliers: 14, shifts: 15, zero: 6))),
            text: """
                attendRow(
                    y, rows(12_288, 3, of: 40),
                    AttentionGeometry(
                        size: MapSize(height: 8, width: 10, channels: 4), heads: 2, zero: -9,
                        octaves: Multiplier(1_610_612_736, shift: 0)),
                    AttentionWeights(
                        query: int8(32), scale(1032, 2032, 3032, zero: 0),
                        key: int8(4032), scale(5032, 6032, 7032, zero: 0),
                        value: int8(8032), scale(9032, 10_032, 11_032, zero: 0),
                        output: int8(12_032), scale(13_032, 14_032, 15_032, zero: 6)),
                    AttentionMemory(keysAndValues: at(2048), scores: words(65_536), token: at(70_000)),
                    to: out)
                """),
    ]

    func testEachKernelsCall() {
        check(Self.cases)
        XCTAssertEqual(
            Set(Self.cases.map { KernelName($0.kernel) }), Set(KernelName.allCases).subtracting([.pixels]),
            "a kernel's call is not written down")
        XCTAssertEqual(printed(Case(kernel: .pixels(tables: 0, isOffset: false), inputs: [], text: "")), "")
    }

    /// Kernels for windows with gaps get one argument more, behind the window.
    func testWindowsWithGaps() {
        let gaps = Self.gaps
        let scaling = ChannelScaling(bias: 1, multipliers: 2, shifts: 3, zero: 0)
        let dilation = "dilation: Dilation(vertical: 2, horizontal: 2)"
        let pooled: [Kernel] = [
            .maxPool(window: gaps), .averagePool(window: gaps, countsPadding: false, zero: 1),
            .deviation(window: gaps, zero: 1, Self.scaled),
            .poolNormalised(window: gaps, zero: 1, offset: 128, rowOf: 1, columnOf: 2),
            .poolWeighted(window: gaps, zero: 1, offset: 128, rowOf: 1, columnOf: 2, Self.scaled),
        ]
        for kernel in pooled {
            let text = printed(Case(kernel: kernel, inputs: [Self.map, Self.map], text: ""))
            XCTAssertTrue(text.contains("\n    SlidingWindow(3, padding: 2), \(dilation), width: 10, "), text)
        }
        let convolutions: [Kernel] = [
            .convolution(window: gaps, groups: 2, zero: 1, weights: 0, scaling: scaling, columnBytes: 72),
            .depthwise(window: gaps, zero: 1, weights: 0, scaling: scaling),
        ]
        for (kernel, groups) in zip(convolutions, [", groups: 2", ""]) {
            let text = printed(Case(kernel: kernel, text: ""))
            XCTAssertTrue(
                text.contains(
                    "\n        window: SlidingWindow(3, padding: 2)\(groups), zero: 1), \(dilation),\n    weights: int8(32), "
                ), text)
        }
    }

    /// What spreads is read from its start, whichever operand it is.
    func testTheFirstOperandSpreads() {
        let text = printed(
            Case(
                kernel: .multiply(zeros: [1, 2], Self.scaled, spread: .first), inputs: [[4, 1, 1], Self.map], text: ""))
        XCTAssertTrue(text.contains("\n    at(12_288), zero: 1, at(y * 40), zero: 2,\n"), text)
        XCTAssertTrue(text.hasSuffix("width: 10, channels: 4, spread: .first, to: out)"), text)
    }

    /// What works in place reads the row that it writes; of a mean over the whole map there is row 0 alone, whatever the pass.
    func testCallsInPlace() {
        XCTAssertEqual(
            printed(Case(kernel: .lookUp(table: 1), text: ""), output: "line", isInPlace: true),
            "lookUp(line, count: 40, int8(1032), to: line)")
        let addend = AddendScaling(zero: 3, scale: Self.half)
        let position = Case(
            kernel: .addPosition(addend, columns: 1, rows: 2, addend, Self.scaled), inputs: [[4, 1, 1]],
            output: [4, 1, 1], text: "")
        let usual = printed(position, output: "line", isInPlace: true)
        XCTAssertTrue(usual.hasPrefix("addPosition(\n    line, Addend("), usual)
        XCTAssertTrue(usual.hasSuffix("\n    y: y, width: 1, channels: 4, to: line)"), usual)
        let atEnd = printed(position, output: "line", isInPlace: true, writesAtEnd: true)
        XCTAssertTrue(atEnd.hasSuffix("\n    y: 0, width: 1, channels: 4, to: line)"), atEnd)
    }
}
