import Datasets
import XCTest

final class FormatTests: XCTestCase {
    // MARK: IDX

    func testIDXPlainAndCompressed() throws {
        for compress in [false, true] {
            let folder = try ScratchFolder()
            let images = idx([3, 2, 2], Array(0..<12))
            let labels = idx([3], [1, 0, 1])
            let ending = compress ? ".gz" : ""
            try folder.write("train-images-idx3-ubyte" + ending, compress ? gzip(images) : images)
            try folder.write("train-labels-idx1-ubyte" + ending, compress ? gzip(labels) : labels)
            XCTAssertEqual(try DatasetCatalog.availableSplits(folder.path), [.train])
            let dataset = try DatasetCatalog.open(folder.path, split: .train)
            XCTAssertEqual(dataset.name, folder.path)
            XCTAssertEqual(dataset.count, 3)
            XCTAssertEqual(dataset.channels, 1)
            XCTAssertEqual(dataset.imageSize, ImageSize(square: 2))
            XCTAssertEqual(dataset.classNames, ["0", "1"])
            XCTAssertEqual((0..<3).map(dataset.label), [1, 0, 1])
            XCTAssertEqual(try dataset.image(at: 1).pixels, [4, 5, 6, 7])
            XCTAssertEqual(dataset.classCounts(), [1, 2])
            XCTAssertEqual(dataset.location(of: 2), "\(folder.path)/train-images-idx3-ubyte\(ending), image 2")
        }
    }

    func testIDXMessages() throws {
        let good = idx([2, 2, 2], Array(0..<8))
        func check(_ images: [UInt8], _ labels: [UInt8]?, _ expected: String, line: UInt = #line) throws {
            let folder = try ScratchFolder()
            try folder.write("train-images-idx3-ubyte.gz", images)
            if let labels { try folder.write("train-labels-idx1-ubyte", labels) }
            let message = expected.replacingOccurrences(of: "IMAGES", with: "\(folder.path)/train-images-idx3-ubyte.gz")
                .replacingOccurrences(of: "FOLDER", with: folder.path)
            assertMessage(message, line: line) { try DatasetCatalog.open(folder.path, split: .train) }
        }
        try check(
            Array(good.dropLast(3)), idx([2], [0, 0]),
            "IMAGES is cut short: its header announces 2 x 2 x 2 = 8 bytes, but 5 follow; fetch the file again")
        try check(
            good + [0], idx([2], [0, 0]),
            "IMAGES is too long: its header announces 2 x 2 x 2 = 8 bytes, but 9 follow; fetch the file again")
        try check(Array(good.prefix(9)), nil, "IMAGES is cut short inside its header; fetch the file again")
        try check(
            idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], []), nil,
            "IMAGES announces more bytes than there can be; fetch the file again")
        try check(Array("hello".utf8), nil, "IMAGES is not an IDX file: it does not begin with two zeros and a type")
        try check(
            idx([4], [1, 2, 3, 4]), nil,
            "IMAGES is not the IDX file wanted: it has type 8 and 1 dimensions instead of type 8 (bytes) and 3")
        try check(
            Array(gzip(good).dropLast(6)), nil,
            "cannot unpack IMAGES: the gzip data end too early; fetch the file again")
        var damaged = gzip(good)
        damaged[20] ^= 1
        try check(
            damaged, nil, "cannot unpack IMAGES: the gzip data are corrupt: incorrect data check; fetch the file again")
        try check(
            good, nil, "FOLDER has no labels for its images: put train-labels-idx1-ubyte.gz beside them")
        try check(
            good, idx([3], [0, 0, 0]),
            "IMAGES holds 2 images, but FOLDER/train-labels-idx1-ubyte holds 3 labels: they do not belong together")
        try check(idx([0, 2, 2], []), idx([0], []), "IMAGES holds no images")
    }

    func testGzipOfSeveralMembers() throws {
        let folder = try ScratchFolder()
        let images = idx([2, 2, 2], Array(0..<8))
        try folder.write(
            "t10k-images-idx3-ubyte.gz", gzip(Array(images.prefix(7))) + gzip(Array(images.dropFirst(7))) + [0, 0])
        try folder.write("t10k-labels-idx1-ubyte", idx([2], [0, 1]))
        XCTAssertEqual(try DatasetCatalog.open(folder.path, split: .test).image(at: 1).pixels, [4, 5, 6, 7])
        assertMessage("\(folder.path) has no train split: it has test") {
            try DatasetCatalog.open(folder.path, split: .train)
        }
    }

    func testFashionMNIST() throws {
        let train = try fashionMNIST(.train)
        let test = try fashionMNIST(.test)
        XCTAssertEqual([train.count, test.count], [60000, 10000])
        XCTAssertEqual(train.classCounts(), [Int](repeating: 6000, count: 10))
        XCTAssertEqual(train.name, "fashion-mnist")
        XCTAssertEqual(train.classNames[train.label(at: 0)], "Ankle boot")
        let figures = try Normalization.measure(train, samples: 60000)
        XCTAssertEqual(figures.mean[0], 0.2860, accuracy: 1e-4)
        XCTAssertEqual(figures.deviation[0], 0.3530, accuracy: 1e-4)
        assertMessage("fashion-mnist has no validation split: it has train, test") { try fashionMNIST(.validation) }
    }

    // MARK: CIFAR and STL-10

    func testCIFAR10() throws {
        let folder = try ScratchFolder()
        try folder.write("cifar-10-batches-bin/batches.meta.txt", text: "airplane\nautomobile\n\n")
        for number in 1...5 {
            try folder.write("cifar-10-batches-bin/data_batch_\(number).bin", cifarRecord([UInt8(number % 2)]))
        }
        let dataset = try DatasetCatalog.open(folder.path, split: .train)
        XCTAssertEqual(dataset.classNames, ["airplane", "automobile"])
        XCTAssertEqual((0..<dataset.count).map(dataset.label), [1, 0, 1, 0, 1])
        let image = try dataset.image(at: 3)
        XCTAssertEqual(image.size, ImageSize(square: 32))
        // Column 5 of row 2.
        XCTAssertEqual(Array(image.pixels[(2 * 32 + 5) * 3..<(2 * 32 + 6) * 3]), [7, 107, 207])
        XCTAssertEqual(dataset.location(of: 3), "\(folder.path)/cifar-10-batches-bin/data_batch_4.bin, image 0")
        XCTAssertEqual(try DatasetCatalog.availableSplits(folder.path), [.train])
    }

    func testCIFAR10Messages() throws {
        let folder = try ScratchFolder()
        try folder.write("batches.meta.txt", text: "airplane\nautomobile\n")
        let path = try folder.write("test_batch.bin", cifarRecord([1]) + [1, 2, 3])
        func open() throws { _ = try DatasetCatalog.open(folder.path, split: .test) }
        assertMessage(
            "\(path) is cut short: its 3076 bytes are not a whole number of records of 3073 bytes; fetch the file again",
            open)
        try folder.write("test_batch.bin", cifarRecord([0]) + cifarRecord([7]))
        assertMessage("\(path), image 1 has label 7, but there are 2 classes", open)
        try folder.write("test_batch.bin", [])
        assertMessage("\(path) is empty; fetch the file again", open)
        try folder.write("data_batch_1.bin", cifarRecord([0]))
        assertMessage("cannot read \(folder.path)/data_batch_2.bin: No such file or directory") {
            try DatasetCatalog.open(folder.path, split: .train)
        }
    }

    func testCIFAR100TakesTheFineLabel() throws {
        let folder = try ScratchFolder()
        try folder.write("fine_label_names.txt", text: "apple\naquarium_fish\nbaby\n")
        try folder.write("train.bin", cifarRecord([0, 2]))
        try folder.write("test.bin", cifarRecord([2, 1]))
        XCTAssertEqual(try DatasetCatalog.availableSplits(folder.path), [.train, .test])
        let test = try DatasetCatalog.open(folder.path, split: .test)
        XCTAssertEqual(test.classNames[test.label(at: 0)], "aquarium_fish")
        XCTAssertEqual(try test.image(at: 0).pixels[..<6], [0, 100, 200, 1, 101, 201])
    }

    func testSTL10IsColumnMajor() throws {
        let folder = try ScratchFolder()
        var record: [UInt8] = []
        for channel in 0..<3 {
            for x in 0..<96 { for y in 0..<96 { record.append(UInt8((x + 2 * y + 50 * channel) % 256)) } }
        }
        try folder.write("class_names.txt", text: "airplane\nbird\n")
        let imagesPath = try folder.write("train_X.bin", record)
        let labelsPath = try folder.write("train_y.bin", [2])
        let dataset = try DatasetCatalog.open(folder.path, split: .train)
        XCTAssertEqual(dataset.label(at: 0), 1)
        XCTAssertEqual(Array(try dataset.image(at: 0).pixels[(3 * 96 + 10) * 3..<(3 * 96 + 11) * 3]), [16, 66, 116])

        func open() throws { _ = try DatasetCatalog.open(folder.path, split: .train) }
        try folder.write("train_X.bin", Array(record.dropLast()))
        assertMessage(
            "\(imagesPath) is cut short: its 27647 bytes are not a whole number of records of 27648 bytes; fetch the file again",
            open)
        try folder.write("train_X.bin", record)
        try folder.write("train_y.bin", [1, 2])
        assertMessage("\(imagesPath) holds 1 image, but \(labelsPath) holds 2 labels: fetch both again", open)
        for (label, shown) in [(UInt8(0), 0), (3, 3)] {
            try folder.write("train_y.bin", [label])
            assertMessage("\(labelsPath) has label \(shown): labels go from 1 to 2", open)
        }
    }

    private func cifarRecord(_ labels: [UInt8]) -> [UInt8] {
        var record = labels
        for base in [0, 100, 200] {
            for y in 0..<32 { for x in 0..<32 { record.append(UInt8((base + x + y) % 256)) } }
        }
        return record
    }

    // MARK: Catalog

    func testUnknownNameAndFolderWithoutData() throws {
        assertMessage(
            "there is no data set \"fashon-mnist\": known by name are fashion-mnist and mnist, anything else has to be a folder"
        ) { try DatasetCatalog.open("fashon-mnist", split: .train) }
        let folder = try ScratchFolder()
        assertMessage(
            "\(folder.path) holds no data set: looked for IDX files (train-images-idx3-ubyte.gz), CIFAR-10 (data_batch_1.bin), CIFAR-100 (train.bin, fine_label_names.txt), STL-10 (train_X.bin), folders of classes with JPEG or PNG files, and tables of labels (labels.csv)"
        ) { try DatasetCatalog.open(folder.path, split: .train) }
    }

    func testLocations() throws {
        let folder = try ScratchFolder()
        for place in ["data/mnist", "root/usr/share/datasets/fashion-mnist", "own/data/fashion-mnist"] {
            try folder.write(place + "/t10k-images-idx3-ubyte", idx([1, 1, 1], [9]))
            try folder.write(place + "/t10k-labels-idx1-ubyte", idx([1], [3]))
        }
        func open(_ name: String, _ locations: DataLocations) throws -> any Dataset {
            try DatasetCatalog.open(name, split: .test, locations: locations)
        }
        let data = DataLocations(data: folder.path + "/data", sysroot: "/none", dependencies: [])
        XCTAssertEqual(try open("mnist", data).classNames[3], "3")
        let root = DataLocations(data: "/none", sysroot: folder.path + "/root", dependencies: [])
        XCTAssertEqual(try open("fashion-mnist", root).classNames[3], "Dress")
        let own = DataLocations(data: "/none", sysroot: "/none", dependencies: [folder.path + "/own"])
        XCTAssertEqual(
            try open("fashion-mnist", own).location(of: 0),
            folder.path + "/own/data/fashion-mnist/t10k-images-idx3-ubyte, image 0")
        assertMessage(
            "mnist is not in /none/mnist, /none/usr/share/datasets/mnist, /usr/share/datasets/mnist: put its four files into a folder mnist inside of the folder that SAPOOL_DATA names"
        ) { try open("mnist", DataLocations(data: "/none", sysroot: "/none", dependencies: [])) }
    }
}
