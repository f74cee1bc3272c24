import Datasets
import Execution
import Networks
import Torch

/// Turns batches of the loader into what a model takes: `(pixel / 255 − mean) / deviation`, `[B, C, H, W]`.
package struct BatchTensors {
    private let scale: Tensor
    private let shift: Tensor
    private let type: ScalarType
    private let device: Device

    /// For a model of these parameters.
    package init(_ normalization: Normalization, _ parameters: Parameters) throws {
        (type, device) = (parameters.type, parameters.device)
        let (mean, deviation) = (normalization.mean, normalization.deviation)
        let shape = [1, mean.count, 1, 1]
        scale = try Tensor(deviation.map { 1 / (255 * $0) }, shape: shape).to(type, device: device)
        shift = try Tensor(zip(mean, deviation).map { -$0 / $1 }, shape: shape).to(type, device: device)
    }

    /// Normalised images, in channels-last memory as the loader wrote them.
    package func images(_ batch: Batch) throws -> Tensor {
        let shape = [batch.count, batch.height, batch.width, batch.channels]
        // libtorch reads the loader's memory, and keeps the batch alive for it.
        let memory = UnsafeMutableRawBufferPointer(start: batch.pixels.address, count: batch.pixels.byteCount)
        let pixels = try Tensor(borrowing: memory, shape: shape, type: .uint8, owner: batch)
        // Bytes travel, not the numbers made of them.
        return try pixels.sent(to: device).to(type).permuted([0, 3, 1, 2]) * scale + shift
    }

    /// Class indices `[B]`.
    package func labels(_ batch: Batch) throws -> Tensor {
        try Tensor(batch.labels, shape: [batch.count]).sent(to: device)
    }
}
