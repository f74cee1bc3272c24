import Datasets
import XCTest

final class ClassDifferenceTests: XCTestCase {
    func testTheClassesThatDifferAreNamed() {
        XCTAssertNil(classDifference(of: ["a", "b"], from: ["a", "b"]))
        XCTAssertEqual(classDifference(of: ["b", "a"], from: ["a", "b"]), "they are the same in another order")
        XCTAssertEqual(classDifference(of: ["a", "c"], from: ["a", "b", "c"]), "it lacks \"b\"")
        XCTAssertEqual(classDifference(of: ["a", "b", "c"], from: ["b"]), "it has \"a\" and \"c\" besides")
        XCTAssertEqual(
            classDifference(of: ["a", "x"], from: ["a", "b", "c", "d"]),
            "it lacks \"b\", \"c\" and \"d\", and has \"x\" besides")
        let many = (0..<9).map(String.init)
        XCTAssertEqual(
            classDifference(of: [], from: many), "it lacks \"0\", \"1\", \"2\", \"3\", \"4\" and 4 more")
    }
}
