/// What the tensor of an output is called in a file: `output`, or `output.0`, `output.1` … of several.
func outputName(_ index: Int, of count: Int) -> String { count == 1 ? "output" : "output.\(index)" }
