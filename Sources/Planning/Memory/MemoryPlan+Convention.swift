extension MemoryPlan {
    /// The rules behind every figure of the plan, in words.
    public var convention: String {
        let image =
            options.pushesRows
            ? "The image arrives row by row\(arrivals.count > 1 ? ", twice," : "") and only the rows that are needed at once are held."
            : "The input image is counted until its rows are last read."
        let stripes =
            hasStripes
            ? """
            Stripes: chains of operations run row by row, and between them only the rows that are needed at once exist, in rolling line \
            buffers; nothing is computed twice. 
            """
            : "No stripes: every operation computes its whole output before the next one starts. "
        let rows =
            options.reusesRows
            ? "An output may lie over rows of its input that no later row needs, a row at a time. "
            : "Everything else has an output buffer of its own while its inputs are alive. "
        return """
            Arena for one image: int8, NHWC, one byte a number, operations in the order of the steps. \(image) \(stripes)Views \
            (flatten, dropout) are free. Batch normalisation folds into the convolution or linear layer in front of it; it, \
            activations, scales and position embeddings work in place where nobody else reads their input later; sums, products and \
            attention write over an input of the output's size that is read for the last time. \(rows)Gaussian noise vanishes, as \
            in evaluation. Scratch of one operation: attention over N tokens of d channels 2·N·d bytes of keys and values, one row \
            of N int32 scores and 4·d/heads + d bytes for one token; normalised window pooling 2·C int32 sums, otherwise C; average \
            pooling C int32; local deviation 2·C int32; convolutions none. Buffers are aligned to \(alignment) bytes. Lower bound: \
            the most that is alive while one row is computed. SRAM: the arena, two windows of the largest convolution as int16, the \
            runtime's state, the stack. Flash: int8 weights, an int32 bias, multiplier and shift an output channel, 256 bytes for \
            a run of activations and for each channel of the image, the used rows of position tables, where poolings find their \
            weights, a header; and code, as it was measured for each kernel and core.
            """
    }
}
