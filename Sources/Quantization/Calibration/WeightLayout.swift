extension Array {
    /// The elements, each where `place` puts it: from PyTorch's order of weights into that of a kernel.
    func placed(at place: (Int) -> Int) -> [Element] {
        var result = self
        for (index, element) in enumerated() { result[place(index)] = element }
        return result
    }
}
