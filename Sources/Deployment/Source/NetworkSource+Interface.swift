import Interchange

extension NetworkSource {
    /// What C calls: checks, the image's way in, the way out of scores or boxes.
    var interface: String {
        let (c, k) = (names.c, names.constant)
        return """
            // MARK: - What C calls (\(c).h)

            /// All that outlives a call, beside the arena.
            private struct State {
                /// Whether the weights were checked and found right.
                var isChecked = false
                /// Whether the scores in the arena are those of a whole image.
                var isDone = false
            \(pushesRows ? "    /// Rows of the image that came.\n    var imageRows = 0\n" : "")\(imageStripe.map { "    var image = \($0.name)()\n" } ?? "")}

            private nonisolated(unsafe) var state = State()

            private var network: Network {
                @inline(__always) get {
                    Network(arena: \(c)_arena_start(), weights: \(c)_weights(), columns: \(c)_columns_start())
                }
            }

            @c @implementation
            public func \(c)_init() -> \(c)_status {
                state = State()
                let section = UnsafeRawPointer(\(c)_weights()!)
                func word(_ offset: Int) -> UInt32 { section.load(fromByteOffset: offset, as: UInt32.self) }
                // "SAPW"
                guard \(c)_weights_count() >= \(WeightsSection.headerBytes), word(0) == 0x5750_4153 else { return \(k)_NO_WEIGHTS }
                guard word(4) == \(WeightsSection.version) else { return \(k)_WRONG_VERSION }
                // The section's bytes, and the code that its tables were laid out for.
                guard \(c)_weights_count() == \(CallText.number(weightsBytes)), word(8) == \(CallText.number(weightsBytes)), word(16) == 0x\(String(CRC32.checksum(Array(identity.utf8)), radix: 16, uppercase: true)) else {
                    return \(k)_OTHER_NETWORK
                }
                // The image's height, width and channels, and the scores.
                guard word(20) == \(CallText.number(input.height | input.width << 16)), word(24) == \(CallText.number(input.channels | outputs << 16)) else { return \(k)_WRONG_SIZE }
                guard word(12) == checksum(section + 16, \(CallText.number(weightsBytes - 16))) else { return \(k)_BROKEN_WEIGHTS }
                // The sum is right even where somebody changed the weights and repaired it.
                guard network.isSound() else { return \(k)_BROKEN_WEIGHTS }
                state.isChecked = true
                return \(k)_OK
            }

            @c @implementation
            public func \(c)_input() -> UnsafeMutablePointer<UInt8>! {
                // Scores may lie where the image is about to be written.
                state.isDone = false
                return UnsafeMutableRawPointer(\(inputPlace)).assumingMemoryBound(to: UInt8.self)
            }

            \(pushesRows ? pushedInput : wholeInput)

            \(detector.map { $0.interface(names) } ?? scoreInterface)

            /// CRC-32 as zip has it, four bits at a time.
            private func checksum(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt32 {
                var remainder = UInt32.max
                for index in 0..<count {
                    remainder ^= UInt32(bytes.load(fromByteOffset: index, as: UInt8.self))
                    remainder = remainder >> 4 ^ checksumTable[Int(remainder & 15)]
                    remainder = remainder >> 4 ^ checksumTable[Int(remainder & 15)]
                }
                return ~remainder
            }

            private let checksumTable: InlineArray<16, UInt32> = [
                0x0000_0000, 0x1DB7_1064, 0x3B6E_20C8, 0x26D9_30AC, 0x76DC_4190, 0x6B6B_51F4, 0x4DB2_6158, 0x5005_713C,
                0xEDB8_8320, 0xF00F_9344, 0xD6D6_A3E8, 0xCB61_B38C, 0x9B64_C2B0, 0x86D3_D2D4, 0xA00A_E278, 0xBDBD_F21C,
            ]

            """
    }

    /// The scores' way out.
    private var scoreInterface: String {
        let (c, k) = (names.c, names.constant)
        guard places.count == 1 else { return valuesInterface }
        let outputOffset = places[0].offset
        return """
            @c @implementation
            public func \(c)_output(_ scores: UnsafeMutablePointer<Int8>!, _ count: Int32) -> \(c)_status {
                guard state.isDone else { return \(k)_NOT_READY }
                guard let scores, count == \(outputs) else { return \(k)_WRONG_SIZE }
                let source = network.at(\(outputOffset))
                for index in 0..<\(outputs) { scores[index] = source[index] }
                return \(k)_OK
            }

            @c @implementation
            public func \(c)_class() -> Int32 {
                guard state.isDone else { return \(k)_NOT_READY.rawValue }
                let scores = network.at(\(outputOffset))
                var best = 0
                for index in 1..<\(outputs) where scores[index] > scores[best] { best = index }
                return Int32(best)
            }
            """
    }

    /// The way out of several outputs.
    private var valuesInterface: String {
        let (c, k) = (names.c, names.constant)
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
            public func \(c)_values(_ index: Int32, _ count: UnsafeMutablePointer<Int32>!) -> UnsafePointer<Int8>! {
                guard state.isDone, let count, let place = place(index) else { return nil }
                count.pointee = Int32(place.count)
                return UnsafePointer(network.at(place.offset))
            }

            @c @implementation
            public func \(c)_output(_ scores: UnsafeMutablePointer<Int8>!, _ count: Int32) -> \(c)_status {
                guard state.isDone else { return \(k)_NOT_READY }
                guard let scores, count == \(outputs) else { return \(k)_WRONG_SIZE }
                var written = 0
                for index in 0..<Int32(\(places.count)) {
                    guard let place = place(index) else { continue }
                    let source = network.at(place.offset)
                    for number in 0..<place.count { scores[written + number] = source[number] }
                    written += place.count
                }
                return \(k)_OK
            }

            @c @implementation
            public func \(c)_class() -> Int32 {
                guard state.isDone else { return \(k)_NOT_READY.rawValue }
                let scores = network.at(\(CallText.number(places[0].offset)))
                var best = 0
                for index in 1..<max(1, \(places[0].count)) where scores[index] > scores[best] { best = index }
                return Int32(best)
            }
            """
    }

    /// Where the next pixels go: `arena` is at hand.
    private var inputPlace: String {
        let buffer = plan.buffers[plan.steps[0].output]
        guard pushesRows else { return "network.at(\(CallText.number(buffer.offset)))" }
        let line =
            "network.row(state.imageRows, \(CallText.number(buffer.offset)), \(buffer.rows), of: \(buffer.rowBytes))"
        return usedRows == input.height
            ? line
            : "state.imageRows < \(usedRows) ? \(line) : UnsafeMutableRawPointer(network.columns).assumingMemoryBound(to: Int8.self)"
    }

    private var wholeInput: String {
        """
        @c @implementation
        public func \(names.c)_run(_ pixels: UnsafePointer<UInt8>!, _ bytes: Int32) -> \(names.c)_status {
            state.isDone = false
            guard state.isChecked else { return \(names.constant)_NOT_READY }
            guard let pixels, bytes == \(CallText.number(input.height * rowBytes)) else { return \(names.constant)_WRONG_SIZE }
            for y in 0..<\(input.height) { network.input0(y, pixels + y * \(rowBytes)) }
            network.forward()
            state.isDone = true
            return \(names.constant)_OK
        }
        """
    }

    private var pushedInput: String {
        let (c, k) = (names.c, names.constant)
        let start = imageStripe.map { ["state.image = \($0.name)()"] } ?? []
        // Not before the last row, though no layer may read it: a place for it may be asked for, which ends scores.
        let end = (imageStripe == nil ? ["network.forward()"] : []) + ["state.isDone = true"]
        let lines =
            ["guard state.isChecked else { return \(k)_NOT_READY }"]
            + ["guard let pixels, bytes == \(CallText.number(rowBytes)) else { return \(k)_WRONG_SIZE }"]
            + ["if state.imageRows == 0 {"] + (["state.isDone = false"] + start).map { "    \($0)" } + ["}"]
            + takenRow
            + ["state.imageRows += 1"]
            + ["guard state.imageRows == \(input.height) else { return \(k)_MORE_ROWS }", "state.imageRows = 0"]
            + end + ["return \(k)_OK"]
        return """
            @c @implementation
            public func \(c)_push_row(_ pixels: UnsafePointer<UInt8>!, _ bytes: Int32) -> \(c)_status {
            \(lines.map { "    \($0)" }.joined(separator: "\n"))
            }
            """
    }

    /// What becomes of a row that came.
    private var takenRow: [String] {
        let arrival = "network.input0(state.imageRows, pixels)"
        guard imageStripe != nil else { return [arrival] }
        let lines = [arrival, "state.image.y0 += 1", "if state.image.run(network) { network.forward() }"]
        guard usedRows < input.height else { return lines }
        return ["// No layer takes the rows behind these.", "if state.imageRows < \(usedRows) {"]
            + lines.map { "    \($0)" } + ["}"]
    }
}
