import Interchange

extension NetworkSource {
    /// What C calls: checks, the image's way in, the way out of scores or boxes.
    var interface: String {
        let c = names.c
        return """
            // MARK: - What C calls (\(c).h)

            /// The header's numbers.
            private enum Status {
            \(InterfaceStatus.allCases.map { "    static var \($0): Int32 { \($0.rawValue) }" }.joined(separator: "\n"))
            }

            /// What lies in a context; nil where \(c)_open has not prepared it for this network.
            @inline(__always)
            private func opened(_ context: UnsafeRawPointer) -> UnsafeMutablePointer<State>? {
                guard Int(bitPattern: context) & (MemoryLayout<State>.alignment - 1) == 0 else { return nil }
                let state = UnsafeMutableRawPointer(mutating: context).assumingMemoryBound(to: State.self)
                return state.pointee.mark == mark ? state : nil
            }

            /// Of the code that knows where tables lie.
            private var mark: UInt32 { \(checksum) }

            \(open)

            @c @implementation
            public func \(c)_input_r(_ context: UnsafeMutablePointer<\(c)_t>!) -> UnsafeMutablePointer<UInt8>! {
                guard let context, let state = opened(context), !state.pointee.isBusy else { return nil }
                // Outputs may lie where the image is about to be written.
                state.pointee.hasAnswer = false
                let network = state.pointee.network
                return UnsafeMutableRawPointer(\(inputPlace)).assumingMemoryBound(to: UInt8.self)
            }

            @c @implementation
            public func \(c)_start(
                _ context: UnsafeMutablePointer<\(c)_t>!, _ pixels: UnsafePointer<UInt8>!, _ bytes: Int32
            ) -> \(c)_status {
                guard let context else { return Status.nullPointer }
                guard let state = opened(context) else { return Status.notReady }
                guard let pixels else { return Status.nullPointer }
                guard bytes == \(CallText.number(pushesRows ? rowBytes : input.height * rowBytes)) else { return Status.wrongSize }
                guard !state.pointee.isBusy else { return Status.wrongOrder }
                let network = state.pointee.network
            \((pushesRows ? pushedInput : wholeInput).map { "    \($0)" }.joined(separator: "\n"))
                state.pointee.isBusy = true
                return Status.moreSteps
            }

            @c @implementation
            public func \(c)_step(_ context: UnsafeMutablePointer<\(c)_t>!) -> \(c)_status { advance(context, 1) }

            @c @implementation
            public func \(c)_cancel(_ context: UnsafeMutablePointer<\(c)_t>!) -> \(c)_status {
                guard let context else { return Status.nullPointer }
                guard let state = opened(context) else { return Status.notReady }
                state.pointee.imageRows = 0
            \(imagePasses > 1 ? "    state.pointee.imagePass = 0\n" : "")\
                state.pointee.isBusy = false
                state.pointee.hasAnswer = false
                return Status.ok
            }

            @c @implementation
            public func \(c)_set_hook(
                _ context: UnsafeMutablePointer<\(c)_t>!, _ hook: \(c)_hook!, _ user: UnsafeMutableRawPointer!
            ) -> \(c)_status {
                guard let context else { return Status.nullPointer }
                guard let state = opened(context) else { return Status.notReady }
                state.pointee.hook = hook
                state.pointee.user = user
                return Status.ok
            }

            @c @implementation
            public func \(c)_\(pushesRows ? "push_row" : "run")_r(
                _ context: UnsafeMutablePointer<\(c)_t>!, _ pixels: UnsafePointer<UInt8>!, _ bytes: Int32
            ) -> \(c)_status {
                let status = \(c)_start(context, pixels, bytes)
                return status == Status.moreSteps ? advance(context, Int.max) : status
            }

            private func advance(_ context: UnsafeMutablePointer<\(c)_t>!, _ limit: Int) -> \(c)_status {
                guard let context else { return Status.nullPointer }
                guard let state = opened(context) else { return Status.notReady }
                guard state.pointee.isBusy else { return Status.wrongOrder }
                return state.pointee.advance(limit)
            }

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

    /// Of the code that knows where tables lie, as it stands in the weights.
    private var checksum: String { "0x" + String(CRC32.checksum(Array(identity.utf8)), radix: 16, uppercase: true) }

    /// The checks before anything runs.
    private var open: String {
        let c = names.c
        let header = [
            "// \"SAPW\"",
            "guard weightsBytes >= \(WeightsSection.headerBytes), word(0) == 0x5750_4153 else { return Status.noWeights }",
            "guard word(4) == \(WeightsSection.version) else { return Status.wrongVersion }",
            "// The section's bytes, and the code that its tables were laid out for.",
            "guard weightsBytes == \(CallText.number(weightsBytes)), word(8) == \(CallText.number(weightsBytes)), word(16) == mark else { return Status.otherNetwork }",
            "// The image's height, width and channels, and the scores.",
            "guard word(20) == \(CallText.number(input.height | input.width << 16)), word(24) == \(CallText.number(input.channels | outputs << 16)) else { return Status.wrongSize }",
            "guard word(12) == checksum(weights + 16, \(CallText.number(weightsBytes - 16))) else { return Status.brokenWeights }",
        ]
        return """
            @c @implementation
            public func \(c)_open(
                _ context: UnsafeMutablePointer<\(c)_t>!, _ memory: UnsafeMutableRawPointer!, _ memoryBytes: Int,
                _ weights: UnsafeRawPointer!, _ weightsBytes: Int
            ) -> \(c)_status {
                guard let context else { return Status.nullPointer }
                guard Int(bitPattern: context) & (MemoryLayout<State>.alignment - 1) == 0 else { return Status.misaligned }
                // Whatever it was, it is no context any more.
                UnsafeMutableRawPointer(context).storeBytes(of: 0, as: UInt32.self)
                guard let memory, let weights else { return Status.nullPointer }
                guard (Int(bitPattern: memory) | Int(bitPattern: weights)) & 7 == 0 else { return Status.misaligned }
                guard memoryBytes >= \(CallText.number(memoryBytes)), MemoryLayout<State>.size <= MemoryLayout<\(c)_t>.size else { return Status.tooSmall }
                func word(_ offset: Int) -> UInt32 { weights.load(fromByteOffset: offset, as: UInt32.self) }
            \(header.map { "    \($0)" }.joined(separator: "\n"))
                let state = State(mark: mark, memory: memory.assumingMemoryBound(to: Int8.self), weights: weights)
                // The sum is right even where somebody changed the weights and repaired it.
                guard state.network.isSound() else { return Status.brokenWeights }
                UnsafeMutableRawPointer(context).initializeMemory(as: State.self, to: state)
                return Status.ok
            }
            """
    }

    /// Where the next pixels go: `network` and `state` are at hand.
    private var inputPlace: String {
        let places = arrivals.map(inputPlace)
        return places.count == 1 ? places[0] : "state.pointee.imagePass == 0 ? (\(places[0])) : (\(places[1]))"
    }

    private func inputPlace(_ arrival: Arrival) -> String {
        let buffer = plan.buffers[plan.steps[arrival.step].output]
        guard pushesRows else { return "network.at(\(CallText.number(buffer.offset)))" }
        let line =
            "network.row(state.pointee.imageRows, \(CallText.number(buffer.offset)), \(buffer.rows), of: \(buffer.rowBytes))"
        return arrival.usedRows == input.height
            ? line
            : "state.pointee.imageRows < \(arrival.usedRows) ? \(line) : UnsafeMutableRawPointer(network.columns).assumingMemoryBound(to: Int8.self)"
    }

    /// What becomes of an image that came.
    private var wholeInput: [String] {
        [
            "state.pointee.restart()",
            "for y in 0..<\(input.height) { network.\(arrivals[0].function)(y, pixels + y * \(rowBytes)) }",
        ]
    }

    /// What becomes of a row that came.
    private var pushedInput: [String] {
        let count = "state.pointee.imageRows += 1"
        guard streamsImage else {
            return [
                "if state.pointee.imageRows == 0 { state.pointee.restart() }",
                "network.\(arrivals[0].function)(state.pointee.imageRows, pixels)", count,
                "guard state.pointee.imageRows == \(input.height) else { return Status.moreRows }",
            ]
        }
        guard imagePasses > 1 else {
            return ["if state.pointee.imageRows == 0 { state.pointee.restart() }"] + taking(arrivals[0]) + [count]
        }
        return ["if state.pointee.imagePass == 0 {", "    if state.pointee.imageRows == 0 { state.pointee.restart() }"]
            + taking(arrivals[0]).map { "    \($0)" } + ["} else {"] + taking(arrivals[1]).map { "    \($0)" }
            + [
                "}", count, "// All of them come once more.",
                "if state.pointee.imagePass == 0, state.pointee.imageRows == \(input.height) {",
                "    state.pointee.imagePass = 1", "    state.pointee.imageRows = 0", "}",
            ]
    }

    /// What an arrival does with a row, if a layer takes it.
    private func taking(_ arrival: Arrival) -> [String] {
        guard let stripe = stripe(of: arrival) else { return [] }
        let taken = [
            "network.\(arrival.function)(state.pointee.imageRows, pixels)",
            "state.pointee.\(Self.variable(stripe)).y\(arrival.step) += 1",
        ]
        guard arrival.usedRows < input.height else { return taken }
        return ["// No layer takes the rows behind these.", "if state.pointee.imageRows < \(arrival.usedRows) {"]
            + taken.map { "    \($0)" } + ["}"]
    }
}
