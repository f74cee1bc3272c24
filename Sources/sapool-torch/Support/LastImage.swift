import Datasets
import Detection
import Synchronization

/// Another data set's images, each kept until the next one is read: a detector and the drawing of what it finds need the same one.
final class LastImage: Dataset {
    private let base: any Dataset
    private let last = Mutex<Image?>(nil)

    init(_ base: any Dataset) { self.base = base }

    /// The image that was read last.
    var image: Image? { last.withLock { $0 } }

    var name: String { base.name }
    var classNames: [String] { base.classNames }
    var count: Int { base.count }
    var channels: Int { base.channels }
    var imageSize: ImageSize? { nil }
    func label(at index: Int) -> Int { base.label(at: index) }
    func objects(at index: Int) -> [GroundTruth] { base.objects(at: index) }
    func location(of index: Int) -> String { base.location(of: index) }

    func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
        let image = try base.image(at: index, minimumSize: nil)
        last.withLock { $0 = image }
        return image
    }
}
