import Detection
import XCTest

final class YOLOLabelTests: AnnotationTestCase {
    func testLinesOfBoxesScoresAndOutlines() throws {
        try write(
            "a.txt",
            "\u{FEFF}1 0.5 0.5 0.2 0.4\r\n0 0.1 0.1 0.4 0.4 0.87\n\n0 0.1 0.2 0.5 0.2 0.3 0.6\n1.0 0.5 0.5 1 1\n")
        let source = YOLOLabels.Source(image: "a.png", labels: "\(folder)/a.txt", width: 100, height: 50)
        let bare = YOLOLabels.Source(image: "b.png", labels: nil, width: 100, height: 50)
        let data = try YOLOLabels.read([source, bare], name: "d", classNames: ["x", "y"])
        XCTAssertEqual(data.dropped, [])
        XCTAssertEqual(data.images[1].objects, [])
        let objects = data.images[0].objects
        XCTAssertEqual(objects.map(\.label), [1, 0, 0, 1])
        let expected = [[40, 15, 60, 35], [0, 0, 30, 15], [10, 10, 50, 30], [0, 0, 100, 50]]
        for (object, corners) in zip(objects, expected) {
            for (found, wanted) in zip([object.box.left, object.box.top, object.box.right, object.box.bottom], corners)
            {
                XCTAssertEqual(found, Double(wanted), accuracy: 1e-9)
            }
        }
    }

    func testBadLinesAreLeftOutAndNamed() throws {
        try write(
            "a.txt",
            "2 0.5 0.5 0.2 0.4\n-1 0 0 1 1\n0 0.5 0.5 nan 0.4\n0 0.5 0.5\nx\n0 50 20 30 30\n0 1 1 1 1 1 1 1\n0 .5 .5 -1 1\n"
        )
        let source = YOLOLabels.Source(image: "a.png", labels: "\(folder)/a.txt", width: 100, height: 50)
        let data = try YOLOLabels.read([source], name: "d", classNames: ["x", "y"])
        XCTAssertEqual(data.images[0].objects, [])
        XCTAssertEqual(
            data.dropped.map { short($0) },
            [
                "DIR/a.txt, line 1: there is no class 2: there are 2, counted from 0",
                "DIR/a.txt, line 2: there is no class -1: there are 2, counted from 0",
                "DIR/a.txt, line 3: a box of x (nan 15 nan 35) has a corner that is no number",
                "DIR/a.txt, line 4: it is no line of a class and four numbers",
                "DIR/a.txt, line 5: it is no line of a class and four numbers",
                "DIR/a.txt, line 6: a box of x (3500 250 6500 1750) lies outside its 100×50 image",
                "DIR/a.txt, line 7: its outline has an odd number of numbers",
                "DIR/a.txt, line 8: a box of x (100 0 0 50) is inverted",
            ])
    }
}
