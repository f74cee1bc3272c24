import Torch

/// Losses of steps that still lie where they were computed. Reading one waits for the device, so a GPU is asked for
/// those of several steps at once and never stands still for them.
struct UnreadLosses {
    /// What a step came to, on this process's images.
    struct Sums {
        /// The step's number, from 1.
        let step: Int
        /// Of its batch, those of all processes together.
        let images: Int
        /// Sums over this process's images.
        var loss = 0.0
        var right = 0.0
    }

    private var steps: [Sums] = []
    /// Losses and numbers of right images, and which of the steps and how many images they are of.
    private var losses: [Tensor] = []
    private var rights: [Tensor] = []
    private var parts: [(step: Int, images: Int)] = []

    /// Whether nothing waits to be read.
    var isEmpty: Bool { steps.isEmpty }

    /// Begins with a step.
    mutating func begin(step: Int, images: Int) { steps.append(Sums(step: step, images: images)) }

    /// Notes a part of the last step's images.
    ///
    /// - Parameter count: how many images of this process the part has.
    mutating func add(_ loss: TaskLoss, count: Int) throws {
        losses.append(try loss.value.detached())
        rights.append(loss.right)
        parts.append((steps.count - 1, count))
    }

    /// What the steps came to, in their order. Afterwards nothing is left to be read.
    mutating func read() throws -> [Sums] {
        guard !steps.isEmpty else { return [] }
        defer { self = UnreadLosses() }
        let values: [Double] = try Tensor.stacked(losses).array()
        let numbers: [Double] = try Tensor.stacked(rights).array()
        for (index, part) in parts.enumerated() {
            steps[part.step].loss += values[index] * Double(part.images)
            steps[part.step].right += numbers[index]
        }
        return steps
    }
}
