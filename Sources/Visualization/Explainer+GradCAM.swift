import Execution
import Networks
import Torch

extension Explainer {
    /// The last map of more than one position on the way to the logits: what the head averages.
    func lastMap(of network: Network) -> Node? {
        // Backwards along first inputs: side branches (gates, pooling weights) come in as later ones.
        var node = network[network.outputs[0]]
        while !(node.shape.isMap && node.shape.size.area > 1) {
            guard let input = node.inputs.first else { return nil }
            node = network[input]
        }
        return node.id == network.input.id ? nil : node
    }

    /// Grad-CAM (Selvaraju et al., 2017): a map's channels, weighted by the mean gradient of the class's logit, positive part.
    ///
    /// - Parameter map: the value of `node`, `[1, C, h, w]`.
    func gradCAM(_ node: Node, _ map: Tensor, _ images: Tensor, _ label: Int) throws -> HeatMap {
        let leaf = try map.detached().requireGradient()
        let logits = try model.network.logits(of: model.outputs(images, replacing: [node.name: leaf])[0])
        try logits.sliced(1, label..<label + 1).sum().backward()
        guard let gradient = leaf.gradient else { throw ExecutionError("\(node.name) has no gradient") }
        return try Torch.withoutGradients {
            let weights = try gradient.mean([2, 3], keepDimensions: true)
            let sum = try (map.detached() * weights).mean([1]) * Double(map.shape[1])
            return try heatMap("Grad-CAM of \(classNames[label])", sum.relu())
        }
    }
}
