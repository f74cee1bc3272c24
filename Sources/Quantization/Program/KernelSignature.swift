import Networks

/// Tells what each kernel's function is called with: the one place for operands, order and labels.
///
/// A case reads as the call does, line by line as generated code prints it: `_` is an argument without a label, and nil one that the call
/// goes without.
struct KernelSignature {
    private typealias Line = KeyValuePairs<String, KernelArgument.Value?>

    /// Shapes of the operands.
    let inputs: [Shape]
    let output: Shape

    /// The arguments of each call of its function.
    func invocations(of kernel: Kernel) -> [[KernelArgument]] {
        if case .concatenate(let tables) = kernel { return tables.indices.map { list(joining($0, tables[$0])) } }
        let lines = lines(of: kernel)
        return lines.isEmpty ? [] : [list(lines)]
    }

    private func lines(of kernel: Kernel) -> [Line] {
        switch kernel {
        // Pixels arrive without a call, and a concatenation has one for each operand.
        case .pixels, .concatenate: return []
        case .convolution(let window, let groups, let zero, let weights, let scaling, _):
            return [
                ["_": .pass, "_": .rows(operand: 0)],
                ["_": geometry(window, groups, zero), "dilation": gaps(window)],
                ["weights": .int8(weights), "_": .requantisation(scaling)],
                ["columns": .columns, "to": .output],
            ]
        case .depthwise(let window, let zero, let weights, let scaling):
            return [
                ["_": .pass, "_": .rows(operand: 0)],
                ["_": geometry(window, 1, zero), "dilation": gaps(window)],
                ["weights": .int8(weights), "_": .requantisation(scaling)],
                ["to": .output],
            ]
        case .mirroredFilter(let window, let zero, let weights, let scaling):
            return [
                ["_": .pass, "_": .rows(operand: 0)],
                ["_": geometry(window, 1, zero)],
                ["weights": .int8(weights), "_": .requantisation(scaling)],
                ["to": .output],
            ]
        case .linear(let inputs, let zero, let weights, let outputs, let scaling, _):
            return [
                [
                    "_": .start(operand: 0), "inputs": .integer(inputs), "zero": .integer(zero),
                    "weights": .int8(weights), "outputs": .integer(outputs),
                ],
                ["_": .requantisation(scaling), "to": .output],
            ]
        case .lookUp(let table):
            return [
                ["_": row(0), "count": .integer(output.width * output.channels), "_": .int8(table), "to": .output]
            ]
        case .add(let first, let second, let scaling, let spread),
            .subtract(let first, let second, let scaling, let spread):
            return [
                ["_": row(0), "_": .addend(first)],
                ["_": row(1), "_": .addend(second)],
                ["_": .scaled(scaling)],
                ["width": width, "channels": channels, "spread": .spread(spread), "to": .output],
            ]
        case .multiply(let zeros, let scaling, let spread):
            return [
                ["_": row(0), "zero": .integer(zeros[0]), "_": row(1), "zero": .integer(zeros[1])],
                ["_": .scaled(scaling)],
                ["width": width, "channels": channels, "spread": .spread(spread), "to": .output],
            ]
        case .scaleChannels(let zero, let factors, let factorZero, let scaling):
            return [
                ["_": row(0), "zero": .integer(zero), "_": .int8(factors), "zero": .integer(factorZero)],
                ["_": .scaled(scaling)],
                ["width": width, "channels": channels, "spread": .spread(.second), "to": .output],
            ]
        case .shiftChannels(let first, let summands, let second, let scaling, _):
            return [
                ["_": row(0), "_": .addend(first)],
                ["_": .int8(summands), "_": .addend(second)],
                ["_": .scaled(scaling)],
                ["width": width, "channels": channels, "spread": .spread(.second), "to": .output],
            ]
        case .addPosition(let token, let columns, let rows, let position, let scaling):
            return [
                ["_": row(0), "_": .addend(token)],
                ["columns": .int8(columns), "rows": .int8(rows), "_": .addend(position)],
                ["_": .scaled(scaling)],
                ["y": .pass, "width": width, "channels": channels, "to": .output],
            ]
        case .maxPool(let window):
            return [
                ["_": .pass, "_": .rows(operand: 0), "_": size],
                ["_": .window(window), "dilation": gaps(window), "width": width, "to": .output],
            ]
        case .averagePool(let window, let countsPadding, let zero):
            return [
                ["_": .pass, "_": .rows(operand: 0), "_": size],
                [
                    "_": .window(window), "dilation": gaps(window), "width": width,
                    "countsPadding": .flag(countsPadding), "zero": .integer(zero), "sums": .words(scratch: 0),
                    "to": .output,
                ],
            ]
        case .deviation(let window, let zero, let scaling):
            return [
                ["_": .pass, "_": .rows(operand: 0), "_": size],
                [
                    "_": .window(window), "dilation": gaps(window), "width": width, "zero": .integer(zero),
                    "_": .scaled(scaling), "sums": .words(scratch: 0), "to": .output,
                ],
            ]
        case .globalAverage(let zero, let scaling):
            return [
                ["_": averages.pass, "_": .row(operand: 0), "_": .size(averages.map), "zero": .integer(zero)],
                ["_": .scaled(scaling)],
                ["sums": .words(scratch: 0), "to": .output],
            ]
        case .globalMax:
            return [
                ["_": .pass, "_": .row(operand: 0), "_": size, "maxima": .bytes(scratch: 0), "to": .output]
            ]
        case .poolNormalised(let window, let zero, let offset, let rowOf, let columnOf):
            return [
                ["_": .pass, "_": .rows(operand: 0), "_": size],
                ["_": weights(offset, rowOf, columnOf)],
                ["_": .window(window), "dilation": gaps(window), "width": width, "zero": .integer(zero)],
                ["sums": .words(scratch: 0), "to": .output],
            ]
        case .poolWeighted(let window, let zero, let offset, let rowOf, let columnOf, let scaling):
            return [
                ["_": .pass, "_": .rows(operand: 0), "_": size],
                ["_": weights(offset, rowOf, columnOf)],
                [
                    "_": .window(window), "dilation": gaps(window), "width": width, "zero": .integer(zero),
                    "_": .scaled(scaling),
                ],
                ["sums": .words(scratch: 0), "to": .output],
            ]
        case .upsample, .resize:
            return [["_": .pass, "_": .rows(operand: 0), "_": size, "to": .output, "_": .size(output)]]
        case .upsampleNearest(let rows, let columns):
            return [
                ["_": .pass, "_": .rows(operand: 0), "channels": channels],
                ["rows": copies(rows), "columns": copies(columns)],
                ["width": width, "to": .output],
            ]
        case .rectify(let zero, let slopes, let slopeZero, let positive, let scaling):
            return [
                ["_": row(0), "zero": .integer(zero)],
                ["slopes": .int8(slopes), "zero": .integer(slopeZero)],
                ["positive": .multiplier(positive), "_": .scaled(scaling)],
                ["width": width, "channels": channels, "to": .output],
            ]
        case .softmax(let exponentials):
            return [
                [
                    "_": row(0), "exponentials": .int32(exponentials), "width": width, "channels": channels,
                    "to": .output,
                ]
            ]
        case .slice(let start):
            return [
                [
                    "_": .row(operand: 0), "channels": .integer(inputs[0].channels), "from": .integer(start),
                    "count": channels, "width": width, "to": .output,
                ]
            ]
        case .pad(let before, let value):
            return [
                ["_": .pass, "_": .rows(operand: 0), "_": size],
                [
                    "top": .integer(before.height), "left": .integer(before.width), "value": .integer(value),
                    "width": width, "to": .output,
                ],
            ]
        case .shuffle(let factor, let toDepth):
            return [
                ["_": .pass, "_": .rows(operand: 0), "_": size],
                ["factor": .integer(factor), "toDepth": .flag(toDepth), "to": .output, "_": .size(output)],
            ]
        case .attention(let heads, let zero, let octaves, let query, let key, let value, let projection):
            return [
                ["_": .pass, "_": .rows(operand: 0)],
                [
                    "_": structure(
                        "AttentionGeometry",
                        [
                            ["size": size, "heads": .integer(heads), "zero": .integer(zero)],
                            ["octaves": .multiplier(octaves)],
                        ])
                ],
                [
                    "_": structure(
                        "AttentionWeights",
                        [
                            ["query": .int8(query.weights), "_": .requantisation(query.scaling)],
                            ["key": .int8(key.weights), "_": .requantisation(key.scaling)],
                            ["value": .int8(value.weights), "_": .requantisation(value.scaling)],
                            ["output": .int8(projection.weights), "_": .requantisation(projection.scaling)],
                        ])
                ],
                [
                    "_": structure(
                        "AttentionMemory",
                        [
                            [
                                "keysAndValues": .bytes(scratch: 0), "scores": .words(scratch: 1),
                                "token": .bytes(scratch: 2),
                            ]
                        ])
                ],
                ["to": .output],
            ]
        }
    }

    // MARK: - What several calls have

    private var size: KernelArgument.Value { .size(inputs[0]) }
    private var width: KernelArgument.Value { .integer(output.width) }
    private var channels: KernelArgument.Value { .integer(output.channels) }

    /// The map that is averaged, and which of its rows a pass brings. The mean of each row is that of a map of one row; the mean of each column
    /// that of a map of one column whose channels are all numbers of a row.
    private var averages: (map: Shape, pass: KernelArgument.Value) {
        let map = inputs[0]
        if output.size == 1 { return (map, .pass) }
        return output.height == map.height
            ? (Shape(map.channels, Size(1, map.width)), .integer(0))
            : (Shape(map.width * map.channels, Size(map.height, 1)), .pass)
    }

    /// What goes pixel by pixel over an operand reads its row y; an operand of another shape is one pixel for the whole map.
    private func row(_ operand: Int) -> KernelArgument.Value {
        inputs[operand].count == output.count ? .row(operand: operand) : .start(operand: operand)
    }

    /// Windows with gaps have a function of their own, which firmware without them need not carry.
    private func gaps(_ window: Window) -> KernelArgument.Value? {
        window.dilation == 1 ? nil : .dilation(window.dilation)
    }

    /// The call that puts an operand's channels among the output's.
    private func joining(_ operand: Int, _ table: ConstantID?) -> [Line] {
        let first = inputs.prefix(operand).reduce(0) { $0 + $1.channels }
        return [
            [
                "_": .row(operand: operand), "channels": .integer(inputs[operand].channels),
                "table": table.map { .int8($0) }, "at": .integer(first), "of": channels, "width": width, "to": .output,
            ]
        ]
    }

    private func copies(_ lines: UpsampleNearest.LineCopies) -> KernelArgument.Value {
        structure(
            "LineCopies",
            [
                [
                    "factor": .integer(lines.factor), "offset": .integer(lines.offset),
                    "divisor": .integer(lines.divisor), "count": .integer(lines.source),
                ]
            ])
    }

    private func geometry(_ window: Window, _ groups: Int, _ zero: Int) -> KernelArgument.Value {
        structure(
            "ConvolutionGeometry",
            [
                ["input": size, "output": .size(output)],
                ["window": .window(window), "groups": .groups(groups), "zero": .integer(zero)],
            ])
    }

    private func weights(_ offset: Int, _ rowOf: ConstantID, _ columnOf: ConstantID) -> KernelArgument.Value {
        structure(
            "PoolingWeights",
            [
                [
                    "_": .rows(operand: 1), "rowOf": .places(rowOf, count: inputs[0].height, limit: inputs[1].height),
                    "columnOf": .places(columnOf, count: inputs[0].width, limit: inputs[1].width),
                ],
                ["offset": .integer(offset)],
            ])
    }

    // MARK: - Lines to lists

    private func structure(_ name: String, _ lines: [Line]) -> KernelArgument.Value { .structure(name, list(lines)) }

    private func list(_ lines: [Line]) -> [KernelArgument] {
        lines.flatMap { line in
            let present = line.compactMap { argument in argument.value.map { (label: argument.key, value: $0) } }
            return present.enumerated().map { index, argument in
                KernelArgument(
                    label: argument.label == "_" ? nil : argument.label, value: argument.value, startsLine: index == 0)
            }
        }
    }
}
