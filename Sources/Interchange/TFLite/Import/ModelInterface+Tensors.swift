import Networks

// Tensors of a model's own form, as the network's numbers, and back.

extension ModelInterface.Port {
    /// How many samples a tensor holds.
    ///
    /// - Parameter place: what to call it in error messages.
    /// - Throws: `InterchangeError` where its type or its shape is another than the model's.
    package func sampleCount(of tensor: TensorData, _ place: String) throws -> Int {
        guard tensor.type == type.type else {
            throw InterchangeError(
                "\(place) is of type \(tensor.type.rawValue), and the model takes \(type.rawValue) (\(type.type.rawValue))"
            )
        }
        guard tensor.shape.count == shape.count + 1, Array(tensor.shape.dropFirst()) == shape, tensor.shape[0] > 0
        else {
            throw InterchangeError(
                "\(place) has the shape \(tensor.shape.shortened), and the model takes [samples, "
                    + shape.map(String.init).joined(separator: ", ") + "]")
        }
        return tensor.shape[0]
    }

    /// Some samples as int8 numbers in memory's order, [H, W, C] each.
    ///
    /// - Parameters:
    ///   - tensor: whose samples were counted by `sampleCount`.
    ///   - map: the network's own shape of it.
    package func numbers(_ samples: Range<Int>, of tensor: TensorData, as map: Shape) -> [Int8] {
        let count = map.count
        let numbers: [Int8]
        switch type {
        case .int8: numbers = bytes(samples, of: tensor, count).map { Int8(bitPattern: $0) }
        case .uint8: numbers = bytes(samples, of: tensor, count).map { Int8(bitPattern: $0 ^ 0x80) }
        case .float32: numbers = floats(samples, of: tensor, count).map(number)
        }
        return arranged(numbers, as: map, MapAxis.memory)
    }

    /// Some samples as the network's real numbers, channels first.
    package func reals(_ samples: Range<Int>, of tensor: TensorData, as map: Shape) -> [Float] {
        let count = map.count
        let (scale, zero) = (Double(scale ?? 1), zeroPoint ?? 0)
        let reals: [Float]
        switch type {
        case .int8:
            reals = bytes(samples, of: tensor, count).map { Float(scale * Double(Int(Int8(bitPattern: $0)) - zero)) }
        case .uint8: reals = bytes(samples, of: tensor, count).map { Float(scale * Double(Int($0) - zero)) }
        case .float32: reals = floats(samples, of: tensor, count)
        }
        return arranged(reals, as: map, Self.channelsFirst)
    }

    /// Samples of int8 numbers in memory's order as the model's tensor.
    package func tensor(numbers: [Int8], as map: Shape) throws -> TensorData {
        let own = restored(numbers, as: map, MapAxis.memory)
        let samples = own.count / max(1, map.count)
        switch type {
        case .int8: return try TensorData(own, shape: [samples] + shape)
        case .uint8: return try TensorData(own.map { UInt8(bitPattern: $0) ^ 0x80 }, shape: [samples] + shape)
        case .float32:
            let (scale, zero) = (Double(scale ?? 1), zeroPoint ?? 0)
            return try TensorData(own.map { Float(scale * Double(Int($0) - zero)) }, shape: [samples] + shape)
        }
    }

    /// Samples of real numbers, channels first, as the model's tensor.
    package func tensor(reals: [Float], as map: Shape) throws -> TensorData {
        let own = restored(reals, as: map, Self.channelsFirst)
        let samples = own.count / max(1, map.count)
        switch type {
        case .int8: return try TensorData(own.map(number), shape: [samples] + shape)
        case .uint8:
            return try TensorData(
                own.map { value in UInt8(max(0, min(255, whole(value) + (zeroPoint ?? 0)))) }, shape: [samples] + shape)
        case .float32: return try TensorData(own, shape: [samples] + shape)
        }
    }

    // MARK: - Numbers

    /// QUANTIZE: the nearest, halves away from 0. As on x86, what exceeds 32 bits, and what is no number, is the least.
    private func number(_ real: Float) -> Int8 { Int8(max(-128, min(127, whole(real) + (zeroPoint ?? 0)))) }

    private func whole(_ real: Float) -> Int {
        let steps = (real / (scale ?? 1)).rounded(.toNearestOrAwayFromZero)
        return steps >= -2_147_483_648 && steps < 2_147_483_648 ? Int(steps) : Int(Int32.min)
    }

    private func bytes(_ samples: Range<Int>, of tensor: TensorData, _ count: Int) -> ArraySlice<UInt8> {
        tensor.bytes[samples.lowerBound * count..<samples.upperBound * count]
    }

    private func floats(_ samples: Range<Int>, of tensor: TensorData, _ count: Int) -> [Float] {
        tensor.bytes.withUnsafeBytes { raw in
            (samples.lowerBound * count..<samples.upperBound * count).map { index in
                raw.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
            }
        }
    }

    // MARK: - Orders

    static let channelsFirst: [MapAxis] = [.channels, .height, .width]

    /// The model's numbers in another order of the map's axes.
    private func arranged<Value>(_ values: [Value], as map: Shape, _ order: [MapAxis]) -> [Value] {
        guard let places = places(map, order) else { return values }
        return stride(from: 0, to: values.count, by: places.count).flatMap { start in
            places.map { values[start + $0] }
        }
    }

    /// The way back.
    private func restored<Value>(_ values: [Value], as map: Shape, _ order: [MapAxis]) -> [Value] {
        guard let places = places(map, order), values.count % places.count == 0 else { return values }
        var result = values
        for start in stride(from: 0, to: values.count, by: places.count) {
            for (index, place) in places.enumerated() { result[start + place] = values[start + index] }
        }
        return result
    }

    /// For each number in an order its place in the tensor; nil where they are the same.
    private func places(_ map: Shape, _ order: [MapAxis]) -> [Int]? {
        func side(_ axis: MapAxis) -> Int {
            switch axis {
            case .height: map.height
            case .width: map.width
            case .channels: map.channels
            }
        }
        guard axes.filter({ side($0) > 1 }) != order.filter({ side($0) > 1 }) else { return nil }
        return MapAxis.places(of: order, in: axes, side)
    }
}
