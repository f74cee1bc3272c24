import Files

/// What a `.tflite` file is to say: tensors, operators in the order in which they run, and what goes in and comes out.
///
/// ```swift
/// var content = TFLiteContent(name: "tiny")
/// let image = content.add(TFLiteContent.Tensor(name: "image", shape: [1, 4, 4, 1], type: .int8, scales: [0.5]))
/// let larger = content.add(TFLiteContent.Tensor(name: "larger", shape: [1, 2, 2, 1], type: .int8, scales: [0.5]))
/// content.add(.maxPool(kernel: 2, stride: 2, isSame: false), [image], [larger])
/// (content.inputs, content.outputs) = ([image], [larger])
/// try content.write(to: "tiny.tflite")
/// ```
package struct TFLiteContent: Sendable {
    /// Numbers that operators read or write.
    package struct Tensor: Sendable, Hashable {
        package var name: String
        package var shape: [Int]
        package var type: TFLiteType
        /// One, or one for each element along `axis`; none where numbers stand for themselves.
        package var scales: [Float] = []
        package var zeroPoint = 0
        package var axis = 0
        /// Of a constant, in the order of memory and little-endian; nil for what is computed.
        package var data: [UInt8]?

        package init(
            name: String, shape: [Int], type: TFLiteType, scales: [Float] = [], zeroPoint: Int = 0, axis: Int = 0,
            data: [UInt8]? = nil
        ) {
            (self.name, self.shape, self.type, self.data) = (name, shape, type, data)
            (self.scales, self.zeroPoint, self.axis) = (scales, zeroPoint, axis)
        }
    }

    struct Step: Sendable {
        let operation: TFLiteOperator
        let inputs: [Int]
        let outputs: [Int]
    }

    /// What pixels of 0 … 255 become, and the names of the first output's classes.
    package struct Description: Sendable {
        /// One for all channels, or one a channel: (pixel − mean) / deviation.
        package var mean: [Float]
        package var deviation: [Float]
        package var classes: [String]
        /// A sentence on the input, and one on each output.
        package var input: String
        package var outputs: [String]

        package init(mean: [Float], deviation: [Float], classes: [String], input: String, outputs: [String]) {
            (self.mean, self.deviation, self.classes) = (mean, deviation, classes)
            (self.input, self.outputs) = (input, outputs)
        }
    }

    /// The network's name.
    package let name: String
    package var description: Description?
    /// What the model's own writer keeps beside it for reading it back; no part of what runs.
    package var note: [UInt8]?
    package var inputs: [Int] = []
    package var outputs: [Int] = []
    package private(set) var tensors: [Tensor] = []
    private(set) var steps: [Step] = []
    private var constants: [Tensor: Int] = [:]

    package init(name: String) { self.name = name }

    /// Adds a tensor; constants that are equal are one.
    package mutating func add(_ tensor: Tensor) -> Int {
        guard tensor.data != nil else { return append(tensor) }
        var key = tensor
        key.name = ""
        if let known = constants[key] { return known }
        let index = append(tensor)
        constants[key] = index
        return index
    }

    private mutating func append(_ tensor: Tensor) -> Int {
        tensors.append(tensor)
        return tensors.count - 1
    }

    /// Says what the numbers of a tensor that is computed stand for.
    package mutating func restate(_ tensor: Int, scale: Float, zeroPoint: Int) {
        (tensors[tensor].scales, tensors[tensor].zeroPoint) = ([scale], zeroPoint)
    }

    /// Adds an operator behind all others.
    package mutating func add(_ operation: TFLiteOperator, _ inputs: [Int], _ outputs: [Int]) {
        steps.append(Step(operation: operation, inputs: inputs, outputs: outputs))
    }

    /// How often each operator stands in it, by the schema's names.
    package var operators: [String: Int] { steps.reduce(into: [:]) { $0[$1.operation.name, default: 0] += 1 } }

    /// The file's own description, which says who wrote it.
    var comment: String { Self.writer + name }

    private static let writer = "sapool export: "

    /// What the note is called among the file's metadata.
    static let noteName = "sapool-int8"

    /// Whether a file is one that this has written.
    package static func wrote(_ path: String) -> Bool {
        (try? TFLiteModel(contentsOf: path))?.description.hasPrefix(writer) ?? false
    }

    /// Writes the file, beside its place and then renamed.
    ///
    /// - Throws: `InterchangeError` where it is too large, `FileError` that names the path.
    package func write(to path: String) throws { try AtomicFile.replace(path, with: serialized()) }
}
