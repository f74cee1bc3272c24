/// How a backbone's last map becomes one vector.
public enum Head: Sendable, Hashable {
    /// The mean of each channel.
    case average
    /// CLIP's attention pooling (see `AttentionHead`).
    case attention(heads: Int)
}
