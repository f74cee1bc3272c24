import Datasets
import Detection

extension DataSurvey {
    /// What images with boxes are, by their annotations alone: images are read as they are trained on.
    ///
    /// - Throws: a sentence where the annotations cannot be read, or name no object.
    package init(boxesOf data: String) throws {
        let folder = try AnnotatedFolder(data)
        var classNames: [String]?
        parts = []
        var (longer, objects): ([Int], [Double]) = ([], [])
        for split in folder.splits {
            let annotated = try folder.annotations(for: split, classNames: classNames)
            classNames = annotated.classNames
            // Images that scores are taken on at the end are asked for at the beginning.
            if let missing = annotated.missingImages {
                throw FittingError("\(missing): add what is missing, or take it out of the annotations")
            }
            var counts = [Int](repeating: 0, count: annotated.classNames.count)
            for image in annotated.images {
                longer.append(max(image.width, image.height))
                for object in image.objects {
                    if counts.indices.contains(object.label) { counts[object.label] += 1 }
                    let area = (object.box.right - object.box.left) * (object.box.bottom - object.box.top)
                    let share = area / Double(max(1, image.width * image.height))
                    if share > 0 { objects.append(min(1, share.squareRoot())) }
                }
            }
            parts.append(Part(split: split, counts: counts, images: annotated.images.count))
        }
        guard let classNames, !longer.isEmpty, !objects.isEmpty else {
            throw FittingError("\(data) has no objects: annotate some")
        }
        self.classNames = classNames
        longer.sort()
        objects.sort()
        leftOut = []
        (smallestSide, medianSide, largestSide) = (longer[0], longer[longer.count / 2], longer[longer.count - 1])
        (isGrey, isInMemory) = (false, false)
        objectSides = [2, 25, 50, 75, 98].map { objects[min(objects.count - 1, objects.count * $0 / 100)] }
    }

    /// Sides of a detector's anchors, rising, one for each of its four maps and one more.
    package var anchorScales: [Double] {
        var last = 0.0
        return (objectSides ?? []).map { side in
            last = min(0.99, max(side, last + 0.02))
            return last
        }
    }
}
