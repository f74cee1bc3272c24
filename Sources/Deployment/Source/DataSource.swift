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
        [("weights.c", weights), ("names.c", names), ("memory.c", memory)]
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
        let lines = classNames.map { "    \(PrintedText.cString($0)),\n" }.joined()
        return """
            #include "\(c).h"

            static const char *const names[\(max(1, classNames.count))] = {
            \(lines)};

            const char *\(c)_class_name(int32_t index) { return index >= 0 && index < \(classNames.count) ? names[index] : 0; }

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
            uint8_t *\(c)_input(void) { return \(c)_input_r(&context); }
            \(c)_status \(c)_\(take)(const uint8_t *pixels, int32_t bytes) { return \(c)_\(take)_r(&context, pixels, bytes); }
            \(answers)

            """
    }
}
