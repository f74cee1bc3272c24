/// A fixed number of crops of each image, which come again and again: epoch e shows crop e mod `count`.
///
/// What costs much to find out of a crop, such as a teacher's answer, is then found out once. Flips, colours and erased
/// rectangles are drawn anew in every epoch. A crop follows from the seed, its number and the image's identity alone: not
/// from the other images of the data set, and not from the size that the image comes out with.
public struct RepeatedCrops: Sendable, Equatable {
    /// How many of each image.
    public var count: Int
    /// For each image of the data set a number that it keeps in every other data set.
    public var identities: [Int]

    /// Crops of images.
    public init(count: Int, identities: [Int]) { (self.count, self.identities) = (count, identities) }

    /// Which crop an epoch shows.
    public func crop(ofEpoch epoch: Int) -> Int { epoch % count }
}
