extension Duration {
    /// As a number, with parts of a second.
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
