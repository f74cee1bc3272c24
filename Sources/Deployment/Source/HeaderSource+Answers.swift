import Quantization

/// What of a header tells of answers: numbers, boxes, and what they stand for.
extension HeaderSource {
    /// The calls for answers without a context.
    var wrappers: [(declaration: String, call: String)] {
        source.detector == nil
            ? [
                ("\(c)_status \(c)_output(int8_t *scores, int32_t count)", "\(c)_output_r(&context, scores, count)"),
                ("int32_t \(c)_class(void)", "\(c)_class_r(&context)"),
            ]
                + (outputs.count == 1
                    ? []
                    : [
                        (
                            "const int8_t *\(c)_values(int32_t index, int32_t *count)",
                            "\(c)_values_r(&context, index, count)"
                        )
                    ])
            : [
                (
                    "int32_t \(c)_detections(\(c)_detection *found, int32_t most, uint16_t score, uint16_t overlap)",
                    "\(c)_detections_r(&context, found, most, score, overlap)"
                ),
                (
                    "const int8_t *\(c)_head(int32_t index, int32_t *bytes)", "\(c)_head_r(&context, index, bytes)"
                ),
            ]
    }

    /// All functions that take a context, and the name of a class: what generated code and the list of names define.
    var functions: [String] {
        let take = source.pushesRows ? "push_row_r" : "run_r"
        let answers =
            source.detector != nil
            ? ["detections_r", "head_r"] : ["output_r", "class_r"] + (outputs.count == 1 ? [] : ["values_r"])
        return (["open", "input_r", take, "start", "step", "cancel", "class_name"] + answers).map { "\(c)_\($0)" }
    }

    /// What an image's bytes stand for.
    var inputConstants: String {
        guard let pixels else { return "" }
        return """
            // A byte of the image stands for SCALE * (byte - ZERO). A model whose input is int8 has bytes of 128 less.
            #define \(k)_INPUT_SCALE \(Float(pixels.scale))f
            #define \(k)_INPUT_ZERO \(pixels.zeroPoint + 128)

            """
    }

    // MARK: - Networks that tell images apart

    var scoreConstants: String {
        guard outputs.count == 1 else { return valueConstants }
        return """
            #define \(k)_OUTPUTS \(source.outputs)
            // A score's real value is SCALE * (score - ZERO).
            #define \(k)_OUTPUT_SCALE \(Float(outputs[0].scale))f
            #define \(k)_OUTPUT_ZERO (\(outputs[0].zeroPoint))
            """
    }

    /// Of several outputs.
    private var valueConstants: String {
        let each = zip(outputs, source.places).enumerated().map { index, output in
            """
            #define \(k)_OUTPUT_\(index)_COUNT \(output.1.count)
            #define \(k)_OUTPUT_\(index)_SCALE \(Float(output.0.scale))f
            #define \(k)_OUTPUT_\(index)_ZERO (\(output.0.zeroPoint))
            """
        }
        return """
            // Numbers of all outputs together, and how many outputs there are: \(c)_values.
            #define \(k)_OUTPUTS \(source.outputs)
            #define \(k)_VALUES \(outputs.count)
            // A number's real value is SCALE * (number - ZERO).
            \(each.joined(separator: "\n"))
            """
    }

    var scoreFunctions: String {
        guard outputs.count == 1 else { return valueFunctions }
        return """
            /// Copies the scores, \(k)_OUTPUTS of them.
            \(c)_status \(c)_output_r(const \(c)_t *context, int8_t *scores, int32_t count);

            /// The class with the highest score, or below 0 a status.
            int32_t \(c)_class_r(const \(c)_t *context);
            """
    }

    /// Of several outputs.
    private var valueFunctions: String {
        """
        /// The numbers of an output, [rows][columns][channels], inside the memory, until \(c)_input_r or the next image; how many they are goes to
        /// `count`. NULL where there is no such output, or no image was computed.
        const int8_t *\(c)_values_r(const \(c)_t *context, int32_t index, int32_t *count);

        /// Copies the numbers of all outputs, one after the other, \(k)_OUTPUTS of them.
        \(c)_status \(c)_output_r(const \(c)_t *context, int8_t *scores, int32_t count);

        /// The place of the greatest number of the first output, or below 0 a status.
        int32_t \(c)_class_r(const \(c)_t *context);
        """
    }

    // MARK: - Detectors

    var detectorConstants: String {
        """
        // Finds objects of CLASSES kinds: \(c)_detections.
        #define \(k)_FINDS_OBJECTS 1
        #define \(k)_CLASSES \(source.outputs)
        // Maps that the network puts out.
        #define \(k)_HEADS \(source.detector?.program.outputs.count ?? 0)
        // The surest so many are looked at; they lie in the arena, where no map lies.
        #define \(k)_CANDIDATES \(source.detector?.detector.candidateCount ?? 0)
        // Parts of a pixel that boxes are told in, and of 1 that scores and overlaps are told in.
        #define \(k)_BOX_UNIT 16
        #define \(k)_SCORE_UNIT 65536
        """
    }

    var detectorFunctions: String {
        """
        /// An object: its box by the left upper corner and the sides, in 1/\(k)_BOX_UNIT pixel of the image, its class, and how sure the network
        /// is, in 1/\(k)_SCORE_UNIT.
        typedef struct {
            uint16_t x;
            uint16_t y;
            uint16_t width;
            uint16_t height;
            uint16_t label;
            uint16_t score;
        } \(c)_detection;

        /// Finds the objects in the image that was computed last, at most `most`, the surest first. Less sure ones than `score` are left out, and of
        /// boxes of a class that overlap by more than `overlap` (intersection over union) all but the surest. Both are in 1/\(k)_SCORE_UNIT; 0.5 and
        /// 0.45 are usual. May be called again with other limits.
        ///
        /// Answers how many were found, or below 0 a status.
        int32_t \(c)_detections_r(const \(c)_t *context, \(c)_detection *found, int32_t most, uint16_t score, uint16_t overlap);

        /// The numbers of a map that the network put out, [rows][columns][channels], inside the memory, until \(c)_input_r or the next image; how
        /// many they are goes to `bytes`. NULL where there is none, or no image was computed.
        const int8_t *\(c)_head_r(const \(c)_t *context, int32_t index, int32_t *bytes);
        """
    }
}
