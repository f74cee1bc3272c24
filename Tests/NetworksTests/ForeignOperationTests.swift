import Foundation
import Networks
import XCTest

/// Operations that models of others need: shapes by hand, JSON there and back, and what is refused.
final class ForeignOperationTests: XCTestCase {
    private let builder = NetworkBuilder("foreign")

    private func shape(_ operation: Networks.Operation, _ inputs: [Shape]) throws -> Shape {
        try operation.details.outputShape(inputs)
    }

    private func problem(_ operation: Networks.Operation, _ inputs: [Shape]) -> String {
        do {
            return "\(try operation.details.outputShape(inputs))"
        } catch {
            return "\(error)"
        }
    }

    func testShapesByHand() throws {
        let joined = Operation.concatenation(Concatenation())
        XCTAssertEqual(try shape(joined, [[2, 3, 4], [5, 3, 4], [1, 3, 4]]), [8, 3, 4])
        XCTAssertEqual(try shape(joined, [[2], [5]]), [7])
        XCTAssertEqual(try shape(.slice(Slice(start: 1, count: 3)), [[4, 3, 2]]), [3, 3, 2])
        XCTAssertEqual(try shape(.slice(Slice(start: 1, count: 3)), [[4]]), [3])
        XCTAssertEqual(try shape(.pad(Pad(before: Size(1, 2), after: Size(3, 4))), [[2, 5, 5]]), [2, 9, 11])
        XCTAssertEqual(try shape(.globalMaxPool(GlobalMaxPool()), [[7, 5, 4]]), [7, 1, 1])
        XCTAssertEqual(try shape(.upsampleNearest(UpsampleNearest(size: Size(3, 9))), [[2, 5, 4]]), [2, 3, 9])
        XCTAssertEqual(try shape(.subtract(Subtract()), [[2, 1, 1], [2, 5, 4]]), [2, 5, 4])
        XCTAssertEqual(try shape(.parametricReLU(ParametricReLU(slope: 0.1, channels: 2)), [[2, 5, 4]]), [2, 5, 4])
        XCTAssertEqual(try shape(.softmax(Softmax()), [[9]]), [9])
        XCTAssertEqual(try shape(.flatten(Flatten(toPixel: true)), [[9]]), [9, 1, 1])
        XCTAssertEqual(try shape(.globalAveragePool(GlobalAveragePool(over: .height)), [[7, 5, 4]]), [7, 1, 4])
        XCTAssertEqual(try shape(.globalAveragePool(GlobalAveragePool(over: .width)), [[7, 5, 4]]), [7, 5, 1])
        let shift = Scale(0, isLearned: true, shape: [7, 1, 1], combination: .subtract)
        XCTAssertEqual(try shape(.scale(shift), [[7, 5, 4]]), [7, 5, 4])
        XCTAssertEqual(shift.parameters.map(\.name), ["summand"])
    }

    func testWhatDoesNotFitIsRefused() {
        let joined = Operation.concatenation(Concatenation())
        XCTAssertEqual(
            problem(joined, [[2, 3, 4], [2, 3, 5]]),
            "it cannot join 2×3×4 and 2×3×5: only their channels may differ")
        XCTAssertEqual(
            problem(joined, [[2, 1, 1], [2]]), "it cannot join 2×1×1 and 2: only their channels may differ")
        XCTAssertEqual(
            problem(.scale(Scale(0, isLearned: true, combination: .add)), [[2, 5, 4]]),
            "it adds numbers that are not learned ones of one a channel: learn them, with the shape [C, 1, 1]")
        XCTAssertEqual(problem(joined, []), "it joins 0 values: use 1 to 64")
        XCTAssertEqual(
            problem(joined, [Shape](repeating: [1], count: 65)), "it joins 65 values: use 1 to 64")
        XCTAssertEqual(
            problem(.parametricReLU(ParametricReLU(slope: 0, channels: 3)), [[2, 5, 4]]),
            "it has 3 slopes for the 2 channels of 2×5×4")
    }

    /// Numbers from outside at the ends of what a number holds: a sentence, and no overflow.
    func testHostileNumbers() {
        let ends = [Int.min, -1, 0, Int.max - 1, Int.max]
        for a in ends {
            for b in ends {
                let size = Size(a, b)
                _ = problem(.pad(Pad(before: size, after: size)), [[2, 5, 5]])
                _ = problem(.pad(Pad(before: 0, after: size)), [[1, 1 << 30, 1]])
                XCTAssertFalse(problem(.slice(Slice(start: a, count: b)), [[4, 2, 2]]).isEmpty)
                for alignment in UpsampleNearest.Alignment.allCases {
                    let resampling = UpsampleNearest(size: size, alignment: alignment)
                    XCTAssertTrue(
                        problem(.upsampleNearest(resampling), [[2, 5, 5]]).contains("use sides of 1 to 65536"))
                }
            }
            _ = problem(.parametricReLU(ParametricReLU(slope: 0, channels: a)), [[2, 5, 4]])
        }
        XCTAssertEqual(
            problem(.pad(Pad(before: 0, after: 0, value: .infinity)), [[1, 2, 2]]),
            "its pixels are inf: use a finite number")
        XCTAssertEqual(problem(.concatenation(Concatenation()), [[Int.max], [1]]), "its channels are too many")
        // The longest axis that a value can have, to the longest that it can be brought to.
        for alignment in UpsampleNearest.Alignment.allCases {
            let lines = UpsampleNearest(size: 65_536, alignment: alignment).lines(from: 1 << 31, to: 65_536)
            XCTAssertLessThan(lines(65_535), 1 << 31)
        }
    }

    /// ⌊y · 3 / 5⌋, ⌊(y + ½) · 3 / 5⌋, and y · 2 / 4 rounded; then from more lines to fewer, and from one and to one.
    func testNearestLinesByHand() {
        func lines(_ alignment: UpsampleNearest.Alignment, _ source: Int, _ destination: Int) -> [Int] {
            let copied = UpsampleNearest(size: 1, alignment: alignment).lines(from: source, to: destination)
            return (0..<destination).map { copied($0) }
        }
        XCTAssertEqual(lines(.edges, 3, 5), [0, 0, 1, 1, 2])
        XCTAssertEqual(lines(.centers, 3, 5), [0, 0, 1, 2, 2])
        XCTAssertEqual(lines(.corners, 3, 5), [0, 1, 1, 2, 2])
        XCTAssertEqual(lines(.edges, 5, 3), [0, 1, 3])
        XCTAssertEqual(lines(.centers, 5, 3), [0, 2, 4])
        XCTAssertEqual(lines(.corners, 5, 3), [0, 2, 4])
        for alignment in UpsampleNearest.Alignment.allCases {
            XCTAssertEqual(lines(alignment, 1, 3), [0, 0, 0])
            XCTAssertEqual(lines(alignment, 3, 3), [0, 1, 2])
        }
        XCTAssertEqual(lines(.edges, 3, 1), [0])
        XCTAssertEqual(lines(.centers, 3, 1), [1])
        XCTAssertEqual(lines(.corners, 3, 1), [0])
    }

    /// A node of each, with every field that it has.
    private func network() throws -> Network {
        var x = try builder.input([4, 6, 6])
        let tail = try builder.slice(x, from: 1, count: 3, name: "tail")
        x = try builder.concatenate([x, tail], name: "joined")
        x = try builder.add(.pad(Pad(before: Size(1, 0), after: Size(0, 2), value: -1.5)), [x], name: "padded")
        let small = UpsampleNearest(size: Size(5, 4), alignment: .corners)
        x = try builder.add(.upsampleNearest(small), [x], name: "small")
        x = try builder.leakyReLU(x, slope: 0.125, name: "leaky")
        x = try builder.parametricReLU(x, name: "rectified")
        let largest = try builder.add(.globalMaxPool(GlobalMaxPool()), [x], name: "largest")
        x = try builder.subtract(x, largest, name: "difference")
        for function in [Activation.Function.tanh, .hardTanh, .identity] {
            x = try builder.activation(x, function, name: function.rawValue)
        }
        return try builder.network(output: builder.softmax(x, name: "shares"))
    }

    func testJSONThereAndBack() throws {
        let network = try network()
        XCTAssertEqual(network.outputShape, [7, 5, 4])
        XCTAssertEqual(network.parameters.map(\.name), ["rectified.weight"])
        XCTAssertEqual(network.parameterCount, 7)
        XCTAssertEqual(try Network(json: network.json()), network)
    }

    /// Damaged fields of these operations: an error or a network, never a crash.
    func testDamagedFields() throws {
        let text = String(decoding: try network().json(), as: UTF8.self)
        for (field, values) in [
            ("\"start\" : 1", ["-9223372036854775808", "9223372036854775807", "3"]),
            ("\"count\" : 3", ["-9223372036854775808", "9223372036854775807", "0"]),
            ("\"channels\" : 7", ["9223372036854775807", "0", "8"]), ("\"alignment\" : \"corners\"", ["\"sideways\""]),
        ] {
            XCTAssertTrue(text.contains(field), field)
            let name = field.prefix { $0 != ":" }
            for value in values {
                let damaged = text.replacingOccurrences(of: field, with: name + ": " + value)
                XCTAssertThrowsError(try Network(json: Data(damaged.utf8)), "\(name) \(value)")
            }
        }
    }
}
