extension Image {
    /// The image at a scale below 1; as it is otherwise.
    package func reduced(by scale: Double) throws -> Image {
        guard scale < 1 else { return self }
        let size = ImageSize(
            width: max(1, Int((Double(width) * scale).rounded())),
            height: max(1, Int((Double(height) * scale).rounded()))
        )
        // Nothing is drawn.
        var generator = SampleGenerator(seed: 0, epoch: 0, index: 0)
        return try Transform(geometry: .resize(size)).apply(to: self, using: &generator)
    }
}
