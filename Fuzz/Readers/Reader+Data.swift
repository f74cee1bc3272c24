import Datasets
import Detection
import Foundation

/// Images, and folders of them with their annotations.
extension Reader {
    static func readImage(_ bytes: [UInt8]) throws {
        let image = try Image.decode(bytes)
        require(image.pixels.count == image.width * image.height * image.channels, "an image of another size")
        let small = try Image.decode(bytes, channels: 1, minimumSize: ImageSize(square: 8))
        require(small.pixels.count == small.width * small.height, "a grey image of another size")
    }

    static func readIDX(_ bytes: [UInt8]) throws {
        if let labels = try? IDXFile(bytes, path: "labels", rank: 1) {
            require(labels.data.count == labels.dimensions[0], "labels that are not there")
        }
        let images = try IDXFile(bytes, path: "images", rank: 3)
        require(images.data.count == images.dimensions.reduce(1, *), "images that are not there")
    }

    static func readCIFAR(_ bytes: [UInt8]) throws {
        let folder = Scratch.folder(
            "cifar",
            files: ["batches.meta.txt": "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n"])
        Scratch.write(bytes, to: "\(folder)/test_batch.bin")
        let dataset = try DatasetCatalog.open(folder, split: .test)
        for index in 0..<min(4, dataset.count) { _ = try dataset.image(at: index) }
    }

    static func readVOC(_ bytes: [UInt8]) throws {
        let folder = Scratch.folder("voc", files: ["ImageSets/Main/train.txt": "a\n", "JPEGImages/a.jpg": ""])
        Scratch.write(bytes, to: "\(folder)/Annotations/a.xml")
        try check(AnnotatedFolder(folder).annotations(for: .train))
    }

    static func readCOCO(_ bytes: [UInt8]) throws {
        let folder = Scratch.folder("coco", files: ["train/a.jpg": ""])
        Scratch.write(bytes, to: "\(folder)/train/_annotations.coco.json")
        try check(AnnotatedFolder(folder).annotations(for: .train))
    }

    static func readYOLO(_ bytes: [UInt8]) throws {
        let folder = Scratch.folder("yolo")
        try writeImage("\(folder)/images/train/a.png")
        let parts = bytes.split(separator: Array("\n---\n".utf8), maxSplits: 1, omittingEmptySubsequences: false)
        Scratch.write(Array(parts[0]), to: "\(folder)/data.yaml")
        Scratch.write(parts.count > 1 ? Array(parts[1]) : [], to: "\(folder)/labels/train/a.txt")
        try check(AnnotatedFolder(folder).annotations(for: .train))
    }

    static func readLabels(_ bytes: [UInt8]) throws {
        let folder = Scratch.folder("labels")
        for name in ["a", "b"] { try writeImage("\(folder)/\(name).png") }
        Scratch.write(bytes, to: "\(folder)/labels.csv")
        let dataset = try DatasetCatalog.open(folder, split: .train)
        for index in 0..<dataset.count {
            require(dataset.classNames.indices.contains(dataset.label(at: index)), "an image of no class")
        }
    }

    /// "@photos" stands for the folder of images, which every process has elsewhere.
    static func readDivision(_ bytes: [UInt8]) throws {
        let photos = Scratch.folder("photos")
        for name in ["train/a/1", "train/a/2", "train/b/1", "train/b/2", "test/a/1", "test/b/1"] {
            try writeImage("\(photos)/\(name).png")
        }
        let text = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "@photos", with: photos)
        let path = Scratch.folder("division") + "/images.json"
        Scratch.write(Array(text.utf8), to: path)
        let list = try DividedImages(contentsOf: path)
        // Any other name could be a folder of this machine with no end of files.
        guard list.data == photos else { return }
        for split in list.splits {
            let dataset = try DatasetCatalog.open(path, split: split)
            require(dataset.count == Set(list[split]?.images ?? []).count, "images that the list does not name")
        }
    }

    private static func writeImage(_ path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let image = try Image(width: 8, height: 6, channels: 1, pixels: [UInt8](repeating: 90, count: 48))
        Scratch.write(try image.pngData(), to: path)
    }

    /// Boxes lie in their images and belong to classes that there are.
    private static func check(_ annotations: AnnotatedImages) {
        for image in annotations.images {
            let frame = Box(left: 0, top: 0, right: Double(image.width), bottom: Double(image.height))
            for object in image.objects {
                require(annotations.classNames.indices.contains(object.label), "an object of no class")
                require(object.box.intersection(frame) == object.box, "a box outside its image")
            }
        }
        _ = annotations.classCounts
    }
}

/// Files for readers that go by paths, in a folder of this process that goes when it ends.
enum Scratch {
    private static let root: String = {
        let path = NSTemporaryDirectory() + "sapool-readers-\(getpid())"
        atexit { try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "sapool-readers-\(getpid())") }
        return path
    }()

    /// A folder with files that are always the same; written at the first call.
    static func folder(_ name: String, files: [String: String] = [:]) -> String {
        let path = "\(root)/\(name)"
        guard !FileManager.default.fileExists(atPath: path) else { return path }
        make(path)
        for (file, text) in files { write(Array(text.utf8), to: "\(path)/\(file)") }
        return path
    }

    /// Writes a file, and the folders above it where they are missing.
    static func write(_ bytes: [UInt8], to path: String) {
        let url = URL(fileURLWithPath: path)
        if (try? Data(bytes).write(to: url)) != nil { return }
        make(url.deletingLastPathComponent().path)
        do { try Data(bytes).write(to: url) } catch { fatalError("cannot write \(path): \(error)") }
    }

    private static func make(_ path: String) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch { fatalError("cannot make the folder \(path): \(error)") }
    }
}
