import Networks

/// Where LiteRT's bilinear resizing of int8 maps reads along one axis: pixel centres aligned, ten bits behind the point.
package struct TenBitResizing {
    let source: Int
    let destination: Int

    /// Resizing from so many lines to others.
    package init(source: Int, destination: Int) {
        self.source = source
        self.destination = destination
    }

    /// The two lines that line `index` lies between, the first not bounded by the map.
    func lines(_ index: Int) -> (first: Int, last: Int) {
        let pitch = (1024 * source + destination / 2) / destination
        let place = index * pitch + pitch / 2 - 512
        return (max(0, place) >> 10, min(max(0, place + 1023) >> 10, source - 1))
    }

    /// Whether all lines that it reads are on the map.
    var staysOnMap: Bool { (0..<destination).allSatisfy { lines($0).first < source } }

    /// Whether line i reads none but those that a plan has ready for it, between whose centres it lies exactly: with ten bits a place may
    /// fall short of a line's centre.
    package var readsWhatIsThere: Bool {
        (0..<destination).allSatisfy { index in
            let first = max(0, (2 * index + 1) * source - destination) / (2 * destination)
            let lines = lines(index)
            return lines.first >= first && lines.last <= min(first + 1, source - 1)
        }
    }
}

extension UpsampleNearest {
    /// Whether LiteRT, which computes places in single precision, copies the same lines.
    func copiesLikeLiteRT(from source: Int, to destination: Int) -> Bool {
        let copies = lines(from: source, to: destination)
        return Self.litertLines(from: source, to: destination, alignment) == (0..<destination).map { copies($0) }
    }

    /// For each line of the output the line that LiteRT copies.
    static func litertLines(from source: Int, to destination: Int, _ alignment: Alignment) -> [Int] {
        let isSpread = alignment == .corners && destination > 1
        let scale = isSpread ? Float(source - 1) / Float(destination - 1) : Float(source) / Float(destination)
        let offset: Float = alignment == .centers ? 0.5 : 0
        return (0..<destination).map { line in
            let place = (Float(line) + offset) * scale
            let whole = place.rounded(alignment == .corners ? .toNearestOrAwayFromZero : .down)
            return max(0, min(Int(whole), source - 1))
        }
    }
}
