import Networks

extension MultiHeadAttention: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }

    /// All tokens for keys and values; then it is element-wise by tokens.
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.wholeThenSame] }

    /// Over N tokens of d channels: keys and values (`kv`, 2·N·d int8, kept), one row of scores (`scores`, N int32: nothing of size N×N
    /// exists), and one token's work (`row`: d / heads int32 accumulators of a head, and d int8 that hold its query and, head by head,
    /// what becomes of it). Queries are computed token by token from the input, over which the output is then written.
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] {
        let tokens = inputs[0].size.area
        return [
            Scratch(name: "kv", bytes: 2 * tokens * channels, isKept: true),
            Scratch(name: "scores", bytes: 4 * tokens, isKept: false),
            Scratch(name: "row", bytes: 4 * (channels / heads) + channels, isKept: false),
        ]
    }

    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        let (tokens, depth) = (Double(output.size.area), Double(channels))
        return .call(
            .attention,
            (0..<4).flatMap { _ in layerTables(weights: channels * channels, outputs: channels) },
            [
                4 * tokens * depth * depth, 2 * tokens * tokens * depth, tokens * tokens * Double(heads),
                tokens * depth,
            ])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .attention }
}

extension AttentionHead: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.whole] }

    /// Over N tokens and their mean: the mean token and the query, one token's key and value (4·C int8, `tokens`), one row of scores for
    /// each head (`scores`, int32) and accumulators (`sums`, C int32).
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] {
        [
            Scratch(name: "tokens", bytes: 4 * channels, isKept: false),
            Scratch(name: "scores", bytes: 4 * heads * (size.area + 1), isKept: false),
        ] + Scratch.sums(channels)
    }

    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        let tokens = size.area + 1
        let layers = 3 * channels * (channels + 4) + outputs * (channels + 4)
        return .missing(
            "an attention head", flashBytes: channels * tokens + layers,
            instructions: Double(multiplyAccumulates(inputs, output)) * Guess.perProduct
                + Guess.perScore * Double(tokens * heads) + 2 * Guess.perOutput * Double(tokens * channels))
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .attention }
}

extension PositionEmbedding: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .follows(.position) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.same] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }

    /// Half of the channels tell the column, half the row.
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        let half = output.channels / 2
        return .call(
            .addPosition, [output.width * half, output.height * half], [Double(output.count), Double(output.height)])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}
