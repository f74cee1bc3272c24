/// Names of nodes, made of those of tensors: valid in state dicts and in messages, and each there once.
///
/// TensorFlow joins the names of all layers that it has fused, `model/conv2d/BiasAdd;model/conv2d_2/Conv2D`; the first of them is told, with
/// points for its slashes.
struct TFLiteNames {
    private var names = UniqueNames(["input"])
    private static let longest = 120
    /// What TensorFlow calls the parts of a layer.
    private static let parts: Set<String> = ["BiasAdd", "Conv2D", "MatMul", "depthwise", "Conv2D1", "BiasAdd1"]

    /// A name that no node has yet.
    ///
    /// - Parameter fallback: for a tensor without a name.
    mutating func node(_ tensor: String, fallback: String) -> String {
        let first = tensor.split(separator: ";", maxSplits: 1).first ?? ""
        var path = first.prefix(512).split(separator: "/").map(String.init)
        if path.count > 1, let last = path.last, Self.parts.contains(last) { path.removeLast() }
        let text = path.joined(separator: ".")
        let kept = text.unicodeScalars.prefix(Self.longest).map { scalar -> Character in
            let isPlain =
                ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || scalar == "." || scalar == "_" || scalar == "-"
            return isPlain ? Character(scalar) : "_"
        }
        return names.unique(kept.isEmpty ? fallback : String(kept))
    }

    /// A name for what stands behind a node, such as its activation.
    mutating func follower(of node: String, _ what: String) -> String { names.unique("\(node).\(what)") }
}
