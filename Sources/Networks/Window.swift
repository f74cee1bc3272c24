/// What slides over a map: a kernel, its steps, how far its taps lie apart, and the lines that are added around the map.
///
/// Every operation that has a window holds one of these. Padding may differ from side to side, as in models born in TensorFlow, whose
/// "same" padding of a stride of 2 adds a line below and on the right alone:
///
/// ```swift
/// let same = Window(kernel: 3, stride: 2, before: 0, after: 1)
/// ```
public struct Window: Sendable, Hashable {
    /// Taps down and across.
    public var kernel: Size
    /// Lines from one window to the next.
    public var stride: Size
    /// Lines from one tap to the next; 1 leaves none out.
    public var dilation: Size
    /// Lines added above, and on the left.
    public var before: Size
    /// Lines added below, and on the right.
    public var after: Size

    /// A window by its sides.
    public init(kernel: Size, stride: Size = 1, dilation: Size = 1, before: Size, after: Size) {
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.before = before
        self.after = after
    }

    /// A window with the same padding on opposite sides.
    public init(kernel: Size, stride: Size = 1, dilation: Size = 1, padding: Size = 0) {
        self.init(kernel: kernel, stride: stride, dilation: dilation, before: padding, after: padding)
    }

    /// The longest extent of a window.
    package static let longest = 4096

    /// Lines from the first tap to the last, both counted: (kernel − 1)·dilation + 1.
    public var extent: Size {
        Size((kernel.height - 1) * dilation.height + 1, (kernel.width - 1) * dilation.width + 1)
    }

    /// The padding where opposite sides have the same; nil where they differ.
    public var padding: Size? { before == after ? before : nil }

    /// Whether any line is added.
    public var isPadded: Bool { before != 0 || after != 0 }

    /// The same window that steps from pixel to pixel.
    public var atStrideOne: Window { Window(kernel: kernel, dilation: dilation, before: before, after: after) }

    /// The same windows with more taps above and on the left, and below and on the right. Padding grows likewise on both sides, so that
    /// there is still a window wherever there was one.
    func widened(before first: Int = 0, after last: Int = 0) -> Window {
        func longer(_ size: Size, _ taps: Int, _ step: Size = 1) -> Size {
            Size(size.height + taps * step.height, size.width + taps * step.width)
        }
        let more = max(first, last)
        return Window(
            kernel: longer(kernel, first + last), stride: stride, dilation: dilation,
            before: longer(before, more, dilation), after: longer(after, more, dilation))
    }

    /// Pads so that there is an output for each `stride` pixels begun: TensorFlow's "same" padding.
    ///
    /// - Parameters:
    ///   - map: what the window slides over.
    ///   - extraLast: where the padding is odd, whether its one line more is below and on the right, as TensorFlow has it.
    package mutating func padToSame(_ map: Size, extraLast: Bool = true) {
        func total(_ side: Int, _ extent: Int, _ stride: Int) -> Int {
            max(0, ((side + stride - 1) / stride - 1) * stride + extent - side)
        }
        let all = Size(
            total(map.height, extent.height, stride.height), total(map.width, extent.width, stride.width))
        let (less, more) = (
            Size(all.height / 2, all.width / 2), Size((all.height + 1) / 2, (all.width + 1) / 2)
        )
        (before, after) = extraLast ? (less, more) : (more, less)
    }

    /// The row of the map under tap `tap` of window number `index`, down; it may lie in the padding.
    public func line(_ tap: Int, of index: Int) -> Int {
        index * stride.height - before.height + tap * dilation.height
    }

    /// The column of the map under tap `tap` of window number `index`, across; it may lie in the padding.
    public func column(_ tap: Int, of index: Int) -> Int {
        index * stride.width - before.width + tap * dilation.width
    }

    /// Size of the output: ⌊(size + before + after − extent) / stride⌋ + 1.
    ///
    /// - Throws: `NetworkError` where a side is out of range or the window does not fit the map.
    func outputSize(_ size: Size) throws(NetworkError) -> Size {
        try requireSides()
        let extent = extent
        // A window of padding alone would have nothing to pool.
        for side in [before, after] {
            try require(
                side.height >= 0 && side.width >= 0 && side.height < extent.height && side.width < extent.width,
                "its padding is \(paddingText): use 0 or more, and less than its kernel \(extent)")
        }
        let height = size.height + before.height + after.height - extent.height
        let width = size.width + before.width + after.width - extent.width
        guard height >= 0, width >= 0 else {
            throw NetworkError(
                "its \(extent) window does not fit the \(size) map: use larger images or smaller strides",
                isTooSmallAnImage: true)
        }
        if dilation != 1,
            !touchesMap(size.height, kernel.height, stride.height, dilation.height, before.height)
                || !touchesMap(size.width, kernel.width, stride.width, dilation.width, before.width)
        {
            throw NetworkError(
                "its window of \(kernel) with a dilation of \(dilation) steps over the \(size) map: use a smaller dilation or padding",
                isTooSmallAnImage: true)
        }
        return Size(height / stride.height + 1, width / stride.width + 1)
    }

    /// Whether along one axis every window that begins outside of the map has a tap on it.
    private func touchesMap(_ size: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int) -> Bool {
        Swift.stride(from: -before, to: 0, by: stride).allSatisfy { start in
            let tap = (dilation - 1 - start) / dilation
            return tap < kernel && start + tap * dilation < size
        }
    }

    /// Refuses padding past half of the window, as libtorch does for poolings.
    func requireHalf() throws(NetworkError) {
        try requireSides()
        let extent = extent
        try require(
            [before, after].allSatisfy { $0.height <= extent.height / 2 && $0.width <= extent.width / 2 },
            "its padding is \(paddingText): use at most half of its kernel \(extent)")
    }

    /// Refuses sides that no window has, before anything is computed of them.
    private func requireSides() throws(NetworkError) {
        for (name, side) in [("kernel", kernel), ("stride", stride), ("dilation", dilation)] {
            try require(
                (1...1024).contains(side.height) && (1...1024).contains(side.width),
                "its \(name) is \(side): use sides of 1 to 1024")
        }
        let extent = extent
        try require(
            max(extent.height, extent.width) <= Self.longest,
            "its window reaches over \(extent) pixels: use at most \(Self.longest)")
    }

    private var paddingText: String { padding.map(\.description) ?? "\(before) before and \(after) after" }
}

// In JSON a window's sides stand among the other members of its operation, as they did before there was this type.
extension Window: Codable {
    private enum CodingKeys: String, CodingKey { case kernel, stride, dilation, padding }

    /// Reads `kernel`, `stride`, `padding` and, where it is there, `dilation`. Padding is `[rows, columns]`, or `[top, left, bottom, right]`
    /// where opposite sides differ.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let (kernel, stride) = (
            try container.decode(Size.self, forKey: .kernel), try container.decode(Size.self, forKey: .stride)
        )
        let padding = try container.decode([Int].self, forKey: .padding)
        guard padding.count == 2 || padding.count == 4 else {
            throw DecodingError.dataCorruptedError(
                forKey: .padding, in: container,
                debugDescription: "padding is [rows, columns] or [top, left, bottom, right]")
        }
        self.init(
            kernel: kernel, stride: stride,
            dilation: try container.decodeIfPresent(Size.self, forKey: .dilation) ?? 1,
            before: Size(padding[0], padding[1]), after: Size(padding[padding.count - 2], padding[padding.count - 1]))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kernel, forKey: .kernel)
        try container.encode(stride, forKey: .stride)
        if dilation != 1 { try container.encode(dilation, forKey: .dilation) }
        try container.encode(padding?.pair ?? before.pair + after.pair, forKey: .padding)
    }
}

/// A window whose sides stand in JSON among the other members of the operation that has it: `Operation` reads and writes them.
@propertyWrapper
public struct InlineWindow: Sendable, Hashable, Codable {
    public var wrappedValue: Window

    /// A window to be written between an operation's other members.
    public init(wrappedValue: Window) { self.wrappedValue = wrappedValue }

    public init(from decoder: any Decoder) throws { wrappedValue = try Window(from: decoder) }

    public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

// The synthesised coding of a struct with such a window finds these.

extension KeyedDecodingContainer {
    /// Its sides are read by `Operation`.
    func decode(_ type: InlineWindow.Type, forKey key: Key) throws -> InlineWindow {
        InlineWindow(wrappedValue: Window(kernel: 0))
    }
}

extension KeyedEncodingContainer {
    /// Its sides are written by `Operation`.
    mutating func encode(_ window: InlineWindow, forKey key: Key) throws {}
}
