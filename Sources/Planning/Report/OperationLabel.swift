import Networks

/// A step's operations in a few words: `depthwise+relu6 3×3/2`.
///
/// Batch normalisations that fold are not named. The window's size comes last, its stride behind a slash where it is not 1.
package func operationLabel(_ nodes: [Node], in graph: EvaluationGraph) -> String {
    var words: [String] = []
    var window = ""
    for node in nodes {
        switch node.operation {
        case .convolution(let details):
            words.append(details.isDepthwise ? "depthwise" : "convolution")
            window = windowLabel(details.kernel, details.stride)
        case .maxPool(let details): window = windowLabel(details.kernel, details.stride)
        case .averagePool(let details): window = windowLabel(details.kernel, details.stride)
        case .localDeviation(let details): window = windowLabel(details.kernel, details.stride)
        case .powerPool(let details): window = windowLabel(details.kernel, details.stride)
        case .comparisonPool(let details): window = windowLabel(details.kernel, details.stride)
        case .fixedFilter(let details): window = windowLabel(details.kernel, details.stride)
        case .rnnPool(let details): window = windowLabel(details.kernel, details.stride)
        case .windowPool(let details): window = windowLabel(details.kernel, details.stride)
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

private func windowLabel(_ kernel: Size, _ stride: Size) -> String {
    let pace = stride.height == stride.width ? "\(stride.height)" : "(\(stride))"
    return " \(kernel)" + (stride == 1 ? "" : "/\(pace)")
}
