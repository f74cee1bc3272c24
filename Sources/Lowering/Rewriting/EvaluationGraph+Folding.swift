import Networks

extension EvaluationGraph {
    /// A convolution or linear layer that takes up a batch normalisation.
    package struct FoldingLayer {
        package let node: Node
        /// Consecutive channels of the layer that share one of the batch normalisation: r² behind a depth-to-space of factor r.
        package let repetition: Int
    }

    /// The layers whose weights take up a batch normalisation: the one in front of it, or, behind a sum, each of the sum's terms. None
    /// where it does not fold.
    ///
    /// Nobody else may read what lies between, and between them may be other normalisations, sums, and depth-to-spaces, which only move
    /// channels.
    package func foldingLayers(of batchNorm: Node) -> [FoldingLayer] {
        layers(inFrontOf: batchNorm, repetition: 1) ?? []
    }

    private func layers(inFrontOf reader: Node, repetition: Int) -> [FoldingLayer]? {
        var found: [FoldingLayer] = []
        for operand in operands(of: reader) {
            guard isReadOnly(by: reader.id, operand) else { return nil }
            let node = network[operand]
            switch node.operation.facts.rewriting {
            case .layer: found.append(FoldingLayer(node: node, repetition: repetition))
            case .normalisation:
                guard let layers = layers(inFrontOf: node, repetition: repetition) else { return nil }
                found += layers
            case .sum:
                // A value added to itself would be normalised twice; one that the sum spreads has not the sum's shape.
                let terms = operands(of: node)
                guard Set(terms).count == terms.count, terms.allSatisfy({ shapes[$0.index] == shapes[operand.index] }),
                    let layers = layers(inFrontOf: node, repetition: repetition)
                else { return nil }
                found += layers
            case .shuffle(let factor):
                guard let layers = layers(inFrontOf: node, repetition: repetition * factor * factor)
                else { return nil }
                found += layers
            case .kept, .flattening, .identity, .noise: return nil
            }
        }
        return found
    }
}
