import Networks

/// A step's operations in a few words: `depthwise+relu6 3×3/2`.
///
/// The window's size comes last, its dilation behind a point and its stride behind a slash where they are not 1.
package func operationLabel(_ nodes: [Node]) -> String {
    let window = nodes.compactMap(\.operation.details.slidingWindow).last.map(windowLabel) ?? ""
    return nodes.map(\.operation.facts.label).joined(separator: "+") + window
}

private func windowLabel(_ window: Window) -> String {
    let (stride, dilation) = (window.stride, window.dilation)
    let pace = stride.height == stride.width ? "\(stride.height)" : "(\(stride))"
    let gaps = dilation.height == dilation.width ? "\(dilation.height)" : "(\(dilation))"
    return " \(window.kernel)" + (dilation == 1 ? "" : "·\(gaps)") + (stride == 1 ? "" : "/\(pace)")
}
