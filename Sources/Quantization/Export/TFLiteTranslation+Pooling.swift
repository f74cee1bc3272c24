import Interchange
import Networks

// Maxima and means.

extension TFLiteTranslation {
    mutating func maxPool(_ call: TFLiteCall, _ window: Window) throws -> Int {
        let input = call.inputs[0]
        let (before, after) = margins(window, of: input.shape, to: call.shape)
        let isFramed = before == 0 && after == 0
        let isSame = !isFramed && window.dilation == 1 && self.isSame(window, of: input.shape, to: call.shape)
        // Padding never wins.
        let image = isFramed || isSame ? input.tensor : padded(input, before, after, with: -128, as: input.quantization)
        guard window.dilation != 1 else {
            return emit(
                .maxPool(kernel: window.kernel, stride: window.stride, isSame: isSame), [image], try output(of: call))
        }
        let (sides, quantization) = (call.outputSides, call.output)
        let parts = taps(image, window, to: call.shape) { $0.tensor(int8: sides, quantization) }
        return try parts.dropFirst().reduce(parts[0]) { greatest, next in
            emit(.maximum, [greatest, next], try output(of: call))
        }
    }

    /// AVERAGE_POOL_2D divides by the taps on the map, as the kernel does; padding that counts is part of the map then. Other windows are summed in
    /// int32.
    mutating func averagePool(_ call: TFLiteCall, _ window: Window, countsPadding: Bool) throws -> Int {
        let input = call.inputs[0]
        let (before, after) = margins(window, of: input.shape, to: call.shape)
        let isFramed = before == 0 && after == 0
        let zero = input.quantization.zeroPoint
        if window.dilation == 1 {
            let isSame = !isFramed && !countsPadding && self.isSame(window, of: input.shape, to: call.shape)
            if isFramed || isSame || countsPadding {
                let image =
                    isFramed || isSame
                    ? input.tensor : padded(input, before, after, with: zero, as: input.quantization)
                return emit(
                    .averagePool(kernel: window.kernel, stride: window.stride, isSame: isSame), [image],
                    try output(of: call))
            }
        }
        // Counted from the zero point, padding is 0; the mean is rounded as one of the numbers themselves is.
        let (shape, sides) = (call.shape, call.outputSides)
        let counts =
            countsPadding
            ? [Int](repeating: window.kernel.area, count: shape.size.area)
            : tapCounts(window, on: input.shape, to: shape)
        let countSides = [1, shape.height, shape.width, 1]
        let around = windowSum(wide(input), of: input.shape, window, to: shape)
        let own = constant(counts.map { $0 * zero }, countSides)
        let sums = integers(.add(.none), around, and: own, sides)
        let divisors = constant(counts.map { max(1, $0) }, countSides)
        let means = quotient(sums, divisors, sides, countSides: countSides)
        return narrow(means, sides, try output(of: call))
    }

    /// A mean over rows, columns or both.
    ///
    /// LiteRT's MEAN divides its multiplier, in whole numbers and downwards; a depthwise convolution of ones scales as kernels do, but has the divisor
    /// in single precision. Mostly both come to the kernel's bytes, which is looked at for each sum that can come.
    mutating func mean(_ call: TFLiteCall, _ scaling: OutputScaling) throws -> Int {
        let input = call.inputs[0]
        let (map, zero) = (input.shape, input.quantization.zeroPoint)
        let kernel = Size(
            call.shape.height == map.height ? 1 : map.height, call.shape.width == map.width ? 1 : map.width)
        let (area, ratio) = (kernel.area, input.quantization.scale / call.output.scale)
        let axes = constant(reducedAxes(of: map, to: call.shape))
        let isPlain = scaling.low == -128 && scaling.high == 127
        let sums = area * (-128 - zero)...area * (127 - zero)
        let isSmall = sums.count <= 1 << 24
        func isExact(_ scale: FixedPointScale) -> Bool {
            scale == scaling.scale
                || isSmall && agree(sums, scaling.zero, { LiteRTNumber.scaled($0, scale) }, scaling.scale)
        }
        if isPlain, isExact(FixedPointScale(ratio, over: area)) {
            return emit(.mean, [input.tensor, axes], try output(of: call))
        }
        var divisor = Float(1) / Float(area)
        for step in 0..<8 {
            let scale = FixedPointScale(input.quantization.scale * Double(divisor) / call.output.scale)
            if isPlain, isExact(scale) { return try ones(call, kernel, divisor) }
            divisor = step % 2 == 0 ? divisor + Float(step + 1) * divisor.ulp : divisor - Float(step + 1) * divisor.ulp
        }
        let sides = call.outputSides
        let total = emit(.sum, [wide(input), axes], tensor(int32: sides))
        return try requantised(total, scaling, call)
    }

    /// The axes that a mean or maximum is taken over.
    private func reducedAxes(of map: Shape, to shape: Shape) -> [Int] {
        let axes = (shape.height == map.height ? [] : [1]) + (shape.width == map.width ? [] : [2])
        // Of a map of one pixel both.
        return axes.isEmpty ? [1, 2] : axes
    }

    /// A depthwise convolution of ones, each standing for a factor.
    private mutating func ones(_ call: TFLiteCall, _ kernel: Size, _ factor: Float) throws -> Int {
        let (channels, input) = (call.shape.channels, call.inputs[0])
        let weights = content.add(
            TFLiteContent.Tensor(
                name: unused("\(name).weight"), shape: [1, kernel.height, kernel.width, channels], type: .int8,
                scales: [Float](repeating: factor, count: channels), axis: 3,
                data: [UInt8](repeating: 1, count: kernel.area * channels)))
        return emit(
            .depthwiseConvolution(stride: 1, dilation: 1, isSame: false, .none, multiplier: 1),
            [input.tensor, weights, constant([Int](repeating: 0, count: channels))], try output(of: call))
    }

    mutating func globalMax(_ call: TFLiteCall) throws -> Int {
        let axes = constant(reducedAxes(of: call.inputs[0].shape, to: call.shape))
        return emit(.reduceMax, [call.inputs[0].tensor, axes], try output(of: call))
    }

    /// The pooling of the paper and of LIP: Σ x·w over each window, over Σ w where `scaling` is nil.
    mutating func windowPool(
        _ call: TFLiteCall, _ window: Window, _ offset: Int, _ rowOf: ConstantID, _ columnOf: ConstantID,
        scaling: OutputScaling?
    ) throws -> Int {
        let (input, weights) = (call.inputs[0], call.inputs[1])
        let (map, sides) = (input.shape, call.outputSides)
        let spread = picked(
            weights, rows: try places(rowOf), columns: try places(columnOf), quantization: weights.quantization)
        let factors = wide(spread, input.sides, from: -offset)
        let products = integers(.multiply(.none), wide(input), and: factors, input.sides)
        let sums = windowSum(products, of: map, window, to: call.shape)
        if let scaling { return try requantised(sums, scaling, call) }
        let all = windowSum(factors, of: map, window, to: call.shape)
        let totals = integers(.maximum, all, 1, sides)
        let means = quotient(sums, totals, sides, countSides: sides)
        let zero = input.quantization.zeroPoint
        let numbers = zero == 0 ? means : integers(.add(.none), means, zero, sides)
        return narrow(numbers, sides, try output(of: call))
    }
}
