extension NetworkSource {
    /// The numbers' way out; there are several outputs where an imported network has them.
    var scoreInterface: String {
        let c = names.c
        return """
            @c @implementation
            public func \(c)_output_r(_ context: UnsafePointer<\(c)_t>!, _ scores: UnsafeMutablePointer<Int8>!, _ count: Int32) -> \(c)_status {
                guard let context else { return Status.nullPointer }
                guard let state = opened(context), state.pointee.hasAnswer else { return Status.notReady }
                guard let scores else { return Status.nullPointer }
                guard count == \(CallText.number(outputs)) else { return Status.wrongSize }
            \(copies.map { "    \($0)" }.joined(separator: "\n"))
                return Status.ok
            }

            @c @implementation
            public func \(c)_class_r(_ context: UnsafePointer<\(c)_t>!) -> Int32 {
                guard let context else { return Status.nullPointer }
                guard let state = opened(context), state.pointee.hasAnswer else { return Status.notReady }
                let scores = state.pointee.network.at(\(CallText.number(places[0].offset)))
                var best = 0
                for index in 1..<\(max(1, places[0].count)) where scores[index] > scores[best] { best = index }
                return Int32(best)
            }\(places.count == 1 ? "" : "\n\n" + values)
            """
    }

    /// Statements that copy all outputs to `scores`.
    private var copies: [String] {
        guard places.count > 1 else {
            return [
                "let source = state.pointee.network.at(\(CallText.number(places[0].offset)))",
                "for index in 0..<\(places[0].count) { scores[index] = source[index] }",
            ]
        }
        return [
            "var written = 0", "for index in 0..<Int32(\(places.count)) {",
            "    guard let place = place(index) else { continue }",
            "    let source = state.pointee.network.at(place.offset)",
            "    for number in 0..<place.count { scores[written + number] = source[number] }",
            "    written += place.count", "}",
        ]
    }

    /// The way of one output of several.
    private var values: String {
        let cases = places.enumerated().map { index, place in
            "    case \(index): (\(CallText.number(place.offset)), \(CallText.number(place.count)))"
        }
        return """
            /// Where output `index` lies in the arena, and how many numbers it has.
            private func place(_ index: Int32) -> (offset: Int, count: Int)? {
                switch index {
            \(cases.joined(separator: "\n"))
                default: nil
                }
            }

            @c @implementation
            public func \(names.c)_values_r(
                _ context: UnsafePointer<\(names.c)_t>!, _ index: Int32, _ count: UnsafeMutablePointer<Int32>!
            ) -> UnsafePointer<Int8>! {
                guard let context, let count, let state = opened(context), state.pointee.hasAnswer, let place = place(index)
                else { return nil }
                count.pointee = Int32(place.count)
                return UnsafePointer(state.pointee.network.at(place.offset))
            }
            """
    }
}
