import Networks
import Planning

/// Runs an int8 model step by step, every value in memory of its own, and shows the value that each step ends on.
///
/// Only where values lie differs from `HostExecutor`'s plan: the numbers are the same, which the tests check.
public final class StepInspector {
    private let executor: HostExecutor

    /// An inspector of a model.
    public init(_ model: QuantizedModel) throws {
        var plan = PlanOptions.separateBuffers
        plan.alignment = model.planOptions.alignment
        executor = HostExecutor(
            try KernelProgram(model, plan: MemoryPlan(model.network, options: plan)))
    }

    /// The values that the network puts out.
    public var outputs: Set<String> { Set(executor.program.outputs.map(\.name)) }

    /// A value that exists on the device at the end of a step.
    public struct Value {
        /// The node that finishes it.
        public let name: String
        /// The kernel that the step's operation calls.
        public let kernel: String
        /// Its numbers, NHWC.
        public let numbers: [Int8]
        public let quantization: AffineQuantization
    }

    /// The values of an image, in the order of their steps; the image's own comes first.
    public func values(_ image: [UInt8]) -> [Value] {
        var values: [Value] = []
        image.withUnsafeBufferPointer { pixels in
            executor.run(pixels) { steps in
                for index in steps {
                    let step = executor.program.steps[index]
                    guard let first = step.calls.first, let last = step.calls.last,
                        let quantization = executor.program.model.values[last.name]
                    else { continue }
                    values.append(
                        Value(
                            name: last.name, kernel: first.kernel.functionName, numbers: executor.value(step.output),
                            quantization: quantization))
                }
            }
        }
        return values
    }
}
