extension Network {
    /// The layers that do nothing but decide how much pixels weigh in a pooling: whatever depends on them, depends on
    /// them through the weights of a `WindowPool`. These are the logits' path of self-attentive pooling (Chen et al.,
    /// 2023, section 3), and the part of LIP and of the glance that has the same place.
    ///
    /// In `glance(weights=yes)` with values told too, the tokens are not among them: values hear them as well.
    public var weighingLayers: [Node] {
        var decidesMore = [Bool](repeating: false, count: nodes.count)
        var weighs = decidesMore
        for output in outputs { decidesMore[output.index] = true }
        for node in nodes.reversed() {
            let isWeighted = if case .windowPool = node.operation { true } else { false }
            for (position, input) in node.inputs.enumerated() {
                if decidesMore[node.id.index] {
                    if isWeighted, position == 1 { weighs[input.index] = true } else { decidesMore[input.index] = true }
                } else if weighs[node.id.index] {
                    weighs[input.index] = true
                }
            }
        }
        return nodes.filter { weighs[$0.id.index] && !decidesMore[$0.id.index] && !$0.parameters.isEmpty }
    }
}
