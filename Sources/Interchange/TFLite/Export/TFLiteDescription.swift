/// The metadata of a `.tflite`: a flatbuffer that says what its input and outputs mean, and the file of labels that it names.
///
/// Source: tensorflow_lite_support/metadata/metadata_schema.fbs. The file of labels lies in a zip archive behind the model.
struct TFLiteDescription {
    private typealias Schema = TFLiteSchema.Description
    private static let labels = "labels.txt"

    let flatBuffer: [UInt8]
    /// The file of labels; nil where there are no classes.
    private let lines: [UInt8]?

    init(_ description: TFLiteContent.Description, network: String) {
        let options = FlatContent<Schema.Normalization>([
            .mean: .floats(description.mean), .deviation: .floats(description.deviation),
        ])
        let unit = FlatContent<Schema.ProcessUnit>([
            .optionsType: .number(Schema.Normalization.type), .options: options.value,
        ])
        let input = FlatContent<Schema.Tensor>([
            .name: .text("image"), .description: .text(description.input), .processUnits: .tables([unit.value]),
        ])
        let file = FlatContent<Schema.AssociatedFile>([
            .name: .text(Self.labels), .description: .text("names of the classes, one a line"),
            .type: .number(Schema.AssociatedFile.axisLabels),
        ])
        // A file of lines cannot hold a name with a line break.
        let hasLabels =
            !description.classes.isEmpty
            && description.classes.allSatisfy { name in !name.utf8.contains { $0 == 10 || $0 == 13 } }
        let outputs = description.outputs.enumerated().map { index, text in
            FlatContent<Schema.Tensor>([
                .name: .text("output\(index == 0 ? "" : ".\(index)")"), .description: .text(text),
                .associatedFiles: index == 0 && hasLabels ? .tables([file.value]) : nil,
            ]).value
        }
        let subgraph = FlatContent<Schema.Subgraph>([.inputs: .tables([input.value]), .outputs: .tables(outputs)])
        let model = FlatContent<Schema.Model>([.name: .text(network), .subgraphs: .tables([subgraph.value])])
        flatBuffer = FlatBufferWriter(model.value, identifier: Schema.identifier).bytes
        lines = hasLabels ? Array(description.classes.map { $0 + "\n" }.joined().utf8) : nil
    }

    /// The zip archive to put behind so many bytes; empty where there are no classes.
    func archive(behind offset: Int) -> [UInt8] {
        lines.map { StoredZip.archive(name: Self.labels, contents: $0, behind: offset) } ?? []
    }
}
