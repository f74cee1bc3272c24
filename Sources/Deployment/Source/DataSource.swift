/// The C side of a network: its header, its weights, its classes' names, and the calls without a context. Each is a file of its own, so that
/// a linker takes only what a program uses: whoever gives memory and weights links no others.
struct DataSource {
    let header: HeaderSource
    let classNames: [String]

    private var source: NetworkSource { header.source }
    private var c: String { source.names.c }
    private var k: String { source.names.constant }

    /// Files below the folder of the network's C module, but for the header.
    var files: [(name: String, text: String)] {
        [("weights.c", weights), ("names.c", names), ("memory.c", memory)] + answers + camera
    }

    /// Those whose calls are not the network's own, without their endings: each becomes an object of its own.
    var objects: [String] {
        (answers + camera).map(\.name).filter { $0.hasSuffix(".c") }.map { String($0.dropLast(2)) }
    }

    private var answers: [(name: String, text: String)] {
        header.exponentials.map { [("answers.c", template("answers.c")), ("\(c)_exponentials.h", $0.text)] } ?? []
    }

    private var camera: [(name: String, text: String)] {
        header.camera.map { [("camera.c", template("camera.c")), ("\(c)_tables.h", $0.text)] } ?? []
    }

    /// A file that is the same for every network but for its names.
    private func template(_ name: String) -> String {
        source.names.named(PackageFiles.template(name))
    }

    private var weights: String {
        """
        #include "\(c).h"
        #pragma clang diagnostic ignored "-Wc23-extensions"

        __attribute__((aligned(16))) const uint8_t \(c)_weights[\(k)_WEIGHTS_BYTES] = {
        #embed "weights.bin"
        };

        """
    }

    private var names: String {
        let layers = source.layerNames.map { "    \($0.map(PrintedText.cString) ?? "0"),\n" }.joined()
        let lines = classNames.map { "    \(PrintedText.cString($0)),\n" }.joined()
        return """
            #include "\(c).h"

            static const char *const names[\(max(1, classNames.count))] = {
            \(lines)};

            const char *\(c)_class_name(int32_t index) { return index >= 0 && index < \(classNames.count) ? names[index] : 0; }

            static const char *const layers[\(k)_LAYERS + 1] = {
                0,
            \(layers)};

            const char *\(c)_layer_name(int32_t layer) { return layer > 0 && layer <= \(k)_LAYERS ? layers[layer] : 0; }

            """
    }

    /// The calls without a context.
    private var memory: String {
        let take = source.pushesRows ? "push_row" : "run"
        let answers = header.wrappers.map { "\($0.declaration) { return \($0.call); }" }.joined(separator: "\n")
        return """
            #include "\(c).h"

            static \(c)_t context;
            __attribute__((aligned(32))) int8_t \(c)_arena[\(k)_MEMORY_BYTES];

            \(c)_status \(c)_init(void) {
                return \(c)_open(&context, \(c)_arena, sizeof \(c)_arena, \(c)_weights, sizeof \(c)_weights);
            }
            \(c)_t *\(c)_context(void) { return &context; }
            uint8_t *\(c)_input(void) { return \(c)_input_r(&context); }
            \(c)_status \(c)_\(take)(const uint8_t *pixels, int32_t bytes) { return \(c)_\(take)_r(&context, pixels, bytes); }
            \(answers)

            """
    }
}
