import Datasets
import Detection
import Foundation
import XCTest

/// Makes folders of images with boxes, and says what is found in them.
class AnnotatedFolderTestCase: XCTestCase {
    func makeImages(_ folder: ScratchFolder, _ paths: [String]) throws {
        let image = try pattern(width: 8, height: 4, channels: 3).pngData()
        for path in paths { try folder.write(path, image) }
    }

    func xml(_ name: String = "cat") -> String {
        """
        <annotation><filename>stale.png</filename><size><width>8</width><height>4</height></size><object><name>\(name)</name><bndbox>\
        <xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>3</ymax></bndbox></object></annotation>
        """
    }

    func coco(_ files: String...) -> String {
        let images = files.enumerated().map {
            "{\"id\": \($0.offset), \"file_name\": \"\($0.element)\", \"width\": 8, \"height\": 4}"
        }
        let annotations = files.indices.map {
            "{\"id\": \($0), \"image_id\": \($0), \"category_id\": 1, \"bbox\": [1, 1, 4, 2]}"
        }
        return "{\"images\": [\(images.joined(separator: ","))], \"categories\": [{\"id\": 1, \"name\": \"cat\"}], "
            + "\"annotations\": [\(annotations.joined(separator: ","))]}"
    }

    /// For each split its images below the folder, each of which has the one box.
    func content(_ folder: ScratchFolder) throws -> [Split: [String]] {
        let data = try AnnotatedFolder(folder.path)
        var content: [Split: [String]] = [:]
        for split in data.splits {
            let images = try data.annotations(for: split).images
            for image in images {
                XCTAssertEqual([image.width, image.height], [8, 4])
                XCTAssertEqual(image.objects.map(\.box), [Box(left: 1, top: 1, right: 5, bottom: 3)])
            }
            content[split] = images.map { String($0.path.dropFirst(folder.path.count + 1)) }
        }
        return content
    }

    func complaint(_ folder: ScratchFolder, _ split: Split = .train) -> String {
        do {
            _ = try AnnotatedFolder(folder.path).annotations(for: split)
            return ""
        } catch { return "\(error)".replacingOccurrences(of: folder.path, with: "DIR") }
    }

    /// The box in YOLO's form.
    let label = "0 0.375 0.5 0.5 0.5\n"
}
