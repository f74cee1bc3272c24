import Networks

/// A step's operations in a few words: `depthwise+relu6 3×3/2`.
///
/// Batch normalisations that fold are not named. The window's size comes last, its dilation behind a point and its stride behind a slash
/// where they are not 1.
package func operationLabel(_ nodes: [Node], in graph: EvaluationGraph) -> String {
    var words: [String] = []
    var window = ""
    for node in nodes {
        if let own = node.operation.details.slidingWindow { window = windowLabel(own) }
        switch node.operation {
        case .convolution(let details):
            words.append(details.isDepthwise ? "depthwise" : "convolution")
        case .activation(let details):
            words.append(details.function.rawValue)
            continue
        case .batchNorm where graph.folds(node): continue
        default: break
        }
        if case .convolution = node.operation { continue }
        words.append(node.operation.kind)
    }
    return words.joined(separator: "+") + window
}

private func windowLabel(_ window: Window) -> String {
    let (stride, dilation) = (window.stride, window.dilation)
    let pace = stride.height == stride.width ? "\(stride.height)" : "(\(stride))"
    let gaps = dilation.height == dilation.width ? "\(dilation.height)" : "(\(dilation))"
    return " \(window.kernel)" + (dilation == 1 ? "" : "·\(gaps)") + (stride == 1 ? "" : "/\(pace)")
}
