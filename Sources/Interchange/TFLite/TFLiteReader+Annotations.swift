extension TFLiteReader {
    /// What lies beside the network.
    struct Beside {
        var names: [String] = []
        /// What it says about inputs and outputs.
        var annotations = TFLiteModel.Annotations()
        /// Where this project's note lies in the file.
        var note: Range<Int>?
    }

    /// The names of what lies beside the network, and what it says about inputs and outputs.
    ///
    /// A model runs without any of it, so what is damaged or of another kind counts as absent.
    func metadata(inputCount: Int, outputCount: Int) throws -> Beside {
        let tables = try root.tables(.metadata, TFLiteSchema.Metadata.self)
        var beside = Beside()
        var isDescribed = false
        for index in tables.indices {
            let table = try locating("metadata \(index)") { try tables.table(index) }
            let name = try table.text(.name) ?? ""
            // Only the first: a file may name the same description over and over.
            if name == TFLiteSchema.Description.bufferName, !isDescribed {
                isDescribed = true
                if let range = try? data(ofBuffer: table.number(.buffer, default: UInt32(0))),
                    let found = try? self.annotations(in: range, inputCount: inputCount, outputCount: outputCount)
                {
                    beside.annotations = found
                }
            }
            if name == TFLiteContent.noteName, beside.note == nil {
                beside.note = try? data(ofBuffer: table.number(.buffer, default: UInt32(0)))
            }
            beside.names.append(name)
        }
        return beside
    }

    private typealias Schema = TFLiteSchema.Description

    private func annotations(
        in range: Range<Int>, inputCount: Int, outputCount: Int
    ) throws -> TFLiteModel.Annotations {
        var annotations = TFLiteModel.Annotations()
        let buffer = FlatBuffer(bytes, in: range)
        guard buffer.identifier == Schema.identifier else { return annotations }
        let graphs = try buffer.root(Schema.Model.self).tables(.subgraphs, Schema.Subgraph.self)
        guard graphs.count > 0 else { return annotations }
        let graph = try graphs.table(0)
        let inputs = try graph.tables(.inputs, Schema.Tensor.self)
        for index in 0..<min(inputs.count, inputCount) {
            annotations.normalizations[index] = try normalization(inputs.table(index))
        }
        let outputs = try graph.tables(.outputs, Schema.Tensor.self)
        // The files lie in a zip archive behind the flatbuffer.
        guard outputs.count > 0, let archive = try? ZipArchive(bytes) else { return annotations }
        for index in 0..<min(outputs.count, outputCount) {
            annotations.labels[index] = try labels(outputs.table(index), archive)
        }
        return annotations
    }

    private func normalization(_ tensor: FlatTable<Schema.Tensor>) throws -> TFLiteModel.Normalization? {
        let units = try tensor.tables(.processUnits, Schema.ProcessUnit.self)
        for index in units.indices {
            let unit = try units.table(index)
            guard try unit.number(.optionsType, default: UInt8(0)) == Schema.Normalization.type,
                let options = try unit.table(.options, Schema.Normalization.self)
            else { continue }
            let mean = try options.floats(.mean) ?? []
            let deviation = try options.floats(.deviation) ?? []
            guard !mean.isEmpty, !deviation.isEmpty, mean.allSatisfy(\.isFinite),
                deviation.allSatisfy({ $0 > 0 && $0.isFinite })
            else { return nil }
            return TFLiteModel.Normalization(mean: mean, deviation: deviation)
        }
        return nil
    }

    /// One label a line; the end of the file is no label.
    private func labels(_ tensor: FlatTable<Schema.Tensor>, _ archive: ZipArchive) throws -> [String]? {
        let files = try tensor.tables(.associatedFiles, Schema.AssociatedFile.self)
        for index in files.indices {
            let file = try files.table(index)
            guard try file.number(.type, default: Int8(0)) == Schema.AssociatedFile.axisLabels,
                let name = try file.text(.name), let entry = archive[name], entry.isStored
            else { continue }
            // Outputs may name the same file over and over, and a line of one letter takes a text of sixteen bytes.
            try buffer.spend(8 * entry.size)
            var lines = try archive.contents(of: entry).split(
                separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            if lines.last?.isEmpty == true { lines.removeLast() }
            return lines.map { line in
                String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
            }
        }
        return nil
    }
}
