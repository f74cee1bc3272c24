import DeviceRuntime

/// Kernels for operations that models of others have.
extension GoldenCase {
    /// Means and maxima of a whole map, row by row.
    func reduce() -> [Int8]? {
        var result = [Int8](repeating: 0, count: expected.count)
        var sums = [Int32](repeating: 0x5A5A_5A5A, count: input[2])
        var maxima = [Int8](repeating: 0x55, count: input[2])
        for y in 0..<input[0] {
            let row = Array(x[y * inputSize.rowBytes..<(y + 1) * inputSize.rowBytes])
            if operation == "reduceMax" {
                globalMaxRow(y, row, inputSize, maxima: &maxima, to: &result)
            } else {
                guard let scale = scaledOutput else { return nil }
                globalAverageRow(y, row, inputSize, zero: inputZero, scale, sums: &sums, to: &result)
            }
        }
        return result
    }

    func rectified() -> [Int8]? {
        guard let weights, let secondZero, let multipliers, let shifts, let scale = scaledOutput else { return nil }
        // In place, as it works behind a kernel.
        var line = x
        line.withUnsafeMutableBufferPointer { line in
            guard let start = line.baseAddress else { return }
            rectify(
                start, zero: inputZero, slopes: weights, zero: secondZero,
                positive: Multiplier(multipliers[0], shift: shifts[0]), scale, width: input[0] * input[1],
                channels: input[2], to: start)
        }
        return line
    }

    /// Into memory of its own and in place.
    func softmax() -> [Int8]? {
        guard let words else { return nil }
        var (result, line) = ([Int8](repeating: 0, count: expected.count), x)
        softmaxRow(x, exponentials: words, width: input[1], channels: input[2], to: &result)
        line.withUnsafeMutableBufferPointer { line in
            guard let start = line.baseAddress else { return }
            softmaxRow(start, exponentials: words, width: input[1], channels: input[2], to: start)
        }
        return line == result ? result : nil
    }

    func resized() -> [Int8]? {
        var result = [Int8](repeating: 0, count: expected.count)
        let map = x
        map.withUnsafeBufferPointer { map in
            result.withUnsafeMutableBufferPointer { result in
                guard let start = result.baseAddress, let source = map.baseAddress else { return }
                let rows = MapRows(source, inputSize)
                for y in 0..<output[0] {
                    let row = start + y * outputSize.rowBytes
                    if operation == "bilinear" {
                        resizeRow(y, rows, inputSize, to: row, outputSize)
                    } else {
                        copyRow(
                            y, rows, channels: input[2], rows: copies(input[0], output[0]),
                            columns: copies(input[1], output[1]), width: output[1], to: row)
                    }
                }
            }
        }
        return result
    }

    /// ⌊y · h / H⌋, ⌊(y + ½) · h / H⌋, or y · (h − 1) / (H − 1) to the nearest.
    private func copies(_ source: Int, _ destination: Int) -> LineCopies {
        switch alignment {
        case "corners":
            LineCopies(
                factor: 2 * (source - 1), offset: destination - 1, divisor: 2 * (destination - 1), count: source)
        case "centers": LineCopies(factor: 2 * source, offset: source, divisor: 2 * destination, count: source)
        default: LineCopies(factor: source, offset: 0, divisor: destination, count: source)
        }
    }

    /// The second operand through a table that changes nothing; then both taken out of the joined rows again.
    func joined() -> [Int8]? {
        guard let second else { return nil }
        let (width, total) = (input[0] * input[1], output[2])
        let table = (-128...127).map { Int8($0) }
        var result = [Int8](repeating: 0, count: expected.count)
        joinRow(x, channels: input[2], at: 0, of: total, width: width, to: &result)
        joinRow(
            second, channels: total - input[2], table: table, at: input[2], of: total, width: width, to: &result)
        var (first, last) = ([Int8](repeating: 0, count: x.count), [Int8](repeating: 0, count: second.count))
        sliceRow(result, channels: total, from: 0, count: input[2], width: width, to: &first)
        sliceRow(result, channels: total, from: input[2], count: total - input[2], width: width, to: &last)
        return first == x && last == second ? result : nil
    }

    func padded() -> [Int8]? {
        guard let padding else { return nil }
        var result = [Int8](repeating: 0, count: expected.count)
        let map = x
        map.withUnsafeBufferPointer { map in
            result.withUnsafeMutableBufferPointer { result in
                guard let start = result.baseAddress, let source = map.baseAddress else { return }
                for y in 0..<output[0] {
                    padRow(
                        y, MapRows(source, inputSize), inputSize, top: padding[0], left: padding[1],
                        value: inputZero, width: output[1], to: start + y * outputSize.rowBytes)
                }
            }
        }
        return result
    }
}
