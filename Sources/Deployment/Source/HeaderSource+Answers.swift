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
            ? ["detections_r", "head_r"] : ["output_r", "class_r", outputs.count == 1 ? "scores_r" : "values_r"]
        return (["open", "input_r", take, "start", "step", "cancel", "set_hook", "class_name", "layer_name"] + answers)
            .map { "\(c)_\($0)" }
    }

    /// What an image's bytes stand for, where an imported model says it.
    var inputConstants: String {
        guard let stated = pixels.stated else { return "" }
        guard pixels.areNumbers else {
            return """
                // A byte of the image is a pixel of 0 to 255, as a camera gives it. The network takes it for \(pixels.formula).

                """
        }
        return """
            // A byte of the image stands for SCALE * (byte - ZERO). A model whose input is int8 has bytes of 128 less.
            #define \(k)_INPUT_SCALE \(Float(stated.scale))f
            #define \(k)_INPUT_ZERO \(stated.zeroPoint + 128)

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

            /// The same where they lie, inside the memory, until \(c)_input_r or the next image; NULL where there is no answer.
            const int8_t *\(c)_scores_r(const \(c)_t *context);

            /// The class with the highest score, or below 0 a status.
            int32_t \(c)_class_r(const \(c)_t *context);
            """ + (exponentials == nil ? "" : "\n\n" + probabilityFunctions)
    }

    private var probabilityFunctions: String {
        """
        // How sure the network is: a softmax of its scores, in 1/\(k)_PROBABILITY_UNIT.
        #define \(k)_PROBABILITY_UNIT 32768

        /// All probabilities, \(k)_OUTPUTS of them; together \(k)_PROBABILITY_UNIT, but for rounding.
        \(c)_status \(c)_probabilities_r(const \(c)_t *context, uint16_t *probabilities, int32_t count);

        typedef struct {
            int32_t label;
            int32_t probability;
        } \(c)_choice;

        /// The `most` most probable classes, the surest first, without those less probable than `least`. Answers how many they are, 0 for
        /// none of these, or below 0 a status. `found` has room for `most`.
        int32_t \(c)_top_r(const \(c)_t *context, \(c)_choice *found, int32_t most, int32_t least);
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

extension PixelQuantization {
    /// What a pixel is to the network, for people: a mean and a deviation for all channels, or one for each.
    var formula: String {
        func list(_ values: [Float]) -> String {
            Set(values).count == 1 ? "\(values[0])" : "[\(values.map { "\($0)" }.joined(separator: ", "))][channel]"
        }
        return "(byte / 255 - \(list(mean))) / \(list(deviation))"
    }

    /// A row of a package's README that says what a byte is, where an imported model says it.
    func row(_ k: String) -> String {
        guard stated != nil else { return "" }
        return "\n| a byte of the image | "
            + (areNumbers
                ? "the model's own number and 128: `\(k)_INPUT_SCALE`, `\(k)_INPUT_ZERO`"
                : "a pixel of 0 to 255, taken for \(formula)") + " |"
    }
}
