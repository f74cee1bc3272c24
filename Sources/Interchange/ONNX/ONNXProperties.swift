import Foundation

/// What an ONNX model says of itself beside its graph, as `sapool export` writes it.
package struct ONNXProperties {
    private let texts: [String: String]

    package init(_ texts: [String: String]) { self.texts = texts }

    /// Names of the classes; nil where it says none.
    package var classes: [String]? { value("classes") }

    /// What pixels become; nil where it says nothing that makes sense for so many channels.
    package func pixels(channels: Int) -> ModelInterface.Pixels? {
        guard let mean: [Float] = value("mean"), let deviation: [Float] = value("deviation"),
            mean.count == channels, deviation.count == mean.count,
            (mean + deviation).allSatisfy(\.isFinite), deviation.allSatisfy({ $0 > 0 })
        else { return nil }
        return ModelInterface.Pixels(mean: mean, deviation: deviation)
    }

    private func value<Value: Decodable>(_ name: String) -> Value? {
        texts[name].flatMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
    }
}
