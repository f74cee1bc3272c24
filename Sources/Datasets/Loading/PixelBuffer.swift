/// Bytes at an address that stays the same for as long as the object lives.
///
/// A tensor can use the bytes without a copy: it keeps a reference to the object (for a C deleter,
/// `Unmanaged.passRetained(buffer)`) and reads at `address`. A batch's bytes are never written again once it is out.
public final class PixelBuffer: @unchecked Sendable {
    // Unchecked: one worker fills the buffer before anybody else sees it, afterwards it is only read.

    /// Where the first byte is; aligned to 64 bytes but for parts of other buffers.
    public let address: UnsafeMutableRawPointer
    /// The number of bytes in use.
    public private(set) var byteCount: Int
    /// The buffer that the bytes are a part of; nil where they are this one's own.
    private let owner: PixelBuffer?

    init(byteCount: Int) {
        address = .allocate(byteCount: max(byteCount, 1), alignment: 64)
        self.byteCount = byteCount
        owner = nil
    }

    /// A part of another buffer, which is not copied.
    init(_ part: Range<Int>, of owner: PixelBuffer) {
        precondition(part.lowerBound >= 0 && part.upperBound <= owner.byteCount, "a part lies inside of its buffer")
        address = owner.address + part.lowerBound
        byteCount = part.count
        self.owner = owner
    }

    deinit {
        if owner == nil { address.deallocate() }
    }

    /// Leaves bytes at the end unused.
    func shrink(to count: Int) {
        precondition(count >= 0 && count <= byteCount, "a buffer cannot grow")
        byteCount = count
    }

    /// Calls `body` with the bytes in use.
    public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(UnsafeRawBufferPointer(start: address, count: byteCount)) }
    }
}
