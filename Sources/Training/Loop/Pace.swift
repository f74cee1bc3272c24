import Reporting

/// Images a second over the last batches, waiting for the loader included.
struct Pace {
    private var times: [(clock: ContinuousClock.Instant, images: Int)] = [(.now, 0)]

    mutating func add(images: Int) {
        times.append((.now, images))
        if times.count > 50 { times.removeFirst() }
    }

    private var seconds: Double {
        guard let first = times.first, let last = times.last, times.count > 1 else { return 0 }
        return (last.clock - first.clock).seconds
    }

    var imagesPerSecond: Double { Double(times.dropFirst().map(\.images).reduce(0, +)) / max(seconds, 1e-9) }
    var secondsPerBatch: Double { seconds / Double(max(1, times.count - 1)) }
}
