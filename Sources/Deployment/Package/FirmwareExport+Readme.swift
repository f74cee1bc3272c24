import Datasets
import Planning
import Reporting

extension FirmwareExport {
    /// What the package says about itself.
    func description(_ preprocessing: Transform?, _ core: Core) -> FirmwareDescription {
        let plan = program.plan
        let input = program.model.network.inputShape
        return FirmwareDescription(
            format: FirmwareDescription.format, version: FirmwareDescription.version,
            network: program.model.network.name,
            name: names.c, core: core.rawValue, height: input.height, width: input.width, channels: input.channels,
            outputs: source.outputs, classes: program.model.classNames, preprocessing: preprocessing,
            pushesRows: plan.options.pushesRows, imagePasses: source.imagePasses > 1 ? source.imagePasses : nil,
            arenaBytes: program.arenaBytes,
            arenaLowest: plan.buffers.map(\.offset).min() ?? 0,
            arenaHighest: highestByte, columnBytes: source.columnBytes,
            stackBytes: options.stack, sramBytes: sram, flashBytes: options.flash, weightsBytes: weights.count,
            macs: source.layers.reduce(0) { $0 + $1.macs },
            layers: steps
                + (source.detector == nil
                    ? []
                    : [
                        FirmwareDescription.Layer(
                            function: "detect", name: "detections", operation: "decoding and suppression", macs: 0)
                    ]),
            candidates: program.detector?.candidateCount,
            outputScale: source.detector == nil ? program.outputQuantization.scale : nil)
    }

    /// The plan's steps, in their order.
    private var steps: [FirmwareDescription.Layer] {
        let arrivals = source.arrivals.map { arrival in
            (
                arrival.step,
                FirmwareDescription.Layer(function: arrival.function, name: "input", operation: "input", macs: 0)
            )
        }
        let layers = source.layers.map { layer in
            (
                layer.step,
                FirmwareDescription.Layer(
                    function: layer.function, name: layer.name, operation: layer.operation, macs: layer.macs)
            )
        }
        return (arrivals + layers).sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// The last byte of the arena that kernels write. Of an attention's work for one token they leave the planned accumulators alone, which
    /// are in registers. The candidates of a detector may lie behind the plan.
    private var highestByte: Int {
        var ends = program.plan.buffers.map { $0.offset + $0.bytes }
        for step in program.steps {
            guard case .attention? = step.calls.first?.kernel, let token = step.scratch.last else { continue }
            ends[token] = program.plan.buffers[token].offset + step.outputShape.channels
        }
        return max(ends.max() ?? 1, program.detector.map { $0.candidates.upperBound } ?? 0) - 1
    }

    /// The package's README.
    var readme: String {
        let (c, k) = (names.c, names.constant)
        let input = program.model.network.inputShape
        let call =
            source.pushesRows
            ? """
            for (int row = 0; row < \(k)_PUSHED_ROWS; row++) {         // \(source.imagePasses > 1 ? "all of an image, and all of it again" : "from the top")
                    camera_read_row(row % \(k)_HEIGHT, \(c)_input());     // straight into the arena
                    \(c)_push_row(\(c)_input(), \(k)_ROW_BYTES);
                }
            """
            : """
            camera_read_image(\(c)_input());                            // straight into the arena
                \(c)_run(\(c)_input(), \(k)_INPUT_BYTES);
            """
        let example =
            source.detector == nil
            ? """
            int classify(void) {
                if (\(c)_init() != \(k)_OK) return -1;                  // checks the weights
                \(call)
                return \(c)_class();
            }
            """
            : """
            int find(\(c)_detection *found, int most) {
                if (\(c)_init() != \(k)_OK) return -1;                  // checks the weights
                \(call)
                return \(c)_detections(found, most, \(k)_SCORE_UNIT / 2, \(k)_SCORE_UNIT * 45 / 100);
            }
            """
        return """
            # \(c): a network as firmware

            `\(PrintedText.line(program.model.network.name))`

            | | |
            | --- | ---: |
            | image | \(input.width) × \(input.height) pixels of \(counted(input.channels, "byte")) |\(program.model.pixels.row(k))
            | arena | \(program.arenaBytes) B |
            | windows of convolutions | \(source.columnBytes) B |
            | stack | \(options.stack) B |
            | SRAM that the linker gives | \(sram) B |
            | weights | \(weights.count) B |

            Written by `sapool export --format firmware`. It needs Swift 6.3 alone, and allocates nothing.

            | | |
            | --- | --- |
            | `Sources/\(names.module)/Network.swift` | the network: a method a layer, and their order |
            | `Sources/\(names.data)` | the weights, the memory, and `\(c).h` for C |
            | `Sources/DeviceRuntime`, `Sources/CDSP` | int8 kernels |
            | `Sources/Board`, `Sources/\(names.program)`, `Boards` | a program for QEMU's boards |

            ## The library

                swift build -c release --scratch-path .build-m4 --triple armv7em-none-none-eabi \\
                    --toolset Boards/m4.json --product \(c)

            leaves `.build-m4/release/lib\(c).a` (m7, m33 and m55 likewise) for programs that Swift's toolchain links (others take
            `sapool export --format library`), which is used with `Sources/\(names.data)/include/\(c).h`:

            ```c
            #include "\(c).h"

            \(example)
            ```

            ## On an emulated core

                sapool simulate . --qemu --core m4 photo.jpg

            builds for it, and says what each layer costs. With less RAM in `Boards/m4.ld` than the plan takes, it does not link.

            """
    }
}
