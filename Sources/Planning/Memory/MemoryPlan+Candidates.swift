import Networks

extension MemoryPlan {
    /// How many candidates of a detector there is room for at most.
    package static let mostCandidates = 512
    /// Bytes of one.
    package static let candidateBytes = 8

    /// Where in the arena the candidates lie while objects are looked for: where no output lies, for nothing else is alive then. The first
    /// gap between outputs that is large enough; behind the last output, beyond the plan's arena if need be, where there is none.
    package func candidatePlace(_ layout: DetectorLayout, beside outputs: [Buffer]) -> Range<Int> {
        func aligned(_ offset: Int) -> Int {
            (offset + Self.candidateBytes - 1) / Self.candidateBytes * Self.candidateBytes
        }
        let (scores, overflow) = layout.anchorCount.multipliedReportingOverflow(by: layout.classes)
        let bytes = min(Self.mostCandidates, overflow ? .max : scores) * Self.candidateBytes
        var start = 0
        for buffer in outputs.sorted(by: { $0.offset < $1.offset }) {
            if start + bytes <= buffer.offset { break }
            start = max(start, aligned(buffer.offset + buffer.bytes))
        }
        return start..<start + bytes
    }
}
