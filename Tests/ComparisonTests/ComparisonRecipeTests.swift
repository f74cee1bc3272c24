import Comparison
import Training
import XCTest

final class ComparisonRecipeTests: XCTestCase {
    private func complaint(_ yaml: String) -> String {
        do {
            _ = try ComparisonRecipe(yaml: yaml, source: "c.yaml")
            return ""
        } catch { return "\(error)" }
    }

    func testMatrixAndCells() throws {
        let recipe = try ComparisonRecipe(
            yaml: """
                title: Pooling
                data: fashion-mnist
                epochs: 3
                network: plain-cnn(channels={width}, pool={pool})
                seeds: [4, 7]
                baseline: average, 8
                matrix:
                  pool:
                    average: average
                    attention: self-attentive(patch=2, restoration=subpixel)
                  width: [8, 16]
                cells:
                  - name: slow
                    network: plain-cnn
                    epochs: 9
                """, source: "c.yaml")
        XCTAssertEqual(recipe.title, "Pooling")
        XCTAssertEqual(recipe.seeds, [4, 7])
        XCTAssertEqual(
            recipe.cells.map(\.name), ["average, 8", "average, 16", "attention, 8", "attention, 16", "slow"])
        XCTAssertEqual(
            recipe.cells[3].recipe.network, "plain-cnn(channels=16, pool=self-attentive(patch=2, restoration=subpixel))"
        )
        XCTAssertEqual(recipe.cells.map(\.recipe.epochs), [3, 3, 3, 3, 9])
        XCTAssertEqual(Set(recipe.cells.map(\.recipe.data)), ["fashion-mnist"])
    }

    func testDefaults() throws {
        let recipe = try ComparisonRecipe(yaml: "network: plain-cnn\ndata: mnist\n", source: "dir/one.yaml")
        XCTAssertEqual(recipe.title, "one")
        XCTAssertEqual(recipe.seeds, [1, 2, 3])
        XCTAssertNil(recipe.baseline)
        XCTAssertEqual(recipe.cells.map(\.name), ["plain-cnn"])
    }

    func testBadRecipes() {
        XCTAssertEqual(complaint("- 1"), "c.yaml is not a list of settings such as \"epochs: 10\"")
        XCTAssertEqual(
            complaint("data: mnist"),
            "c.yaml has nothing to compare: give a matrix, or cells with a name and a network each")
        XCTAssertEqual(
            complaint("network: a\nseeds: [1, 1]"),
            "c.yaml: seeds is no list of different whole numbers: write for example [1, 2, 3]")
        XCTAssertEqual(complaint("network: a\nbaseline: b"), "c.yaml: the baseline \"b\" is no cell: known are a")
        XCTAssertEqual(
            complaint("cells: [{network: a}]"), "c.yaml: cell 1 has no name: write \"name: …\" and its settings")
        XCTAssertEqual(
            complaint("cells: [{name: a, network: x}, {name: a, network: y}]"),
            "c.yaml has two cells called \"a\": give each a name of its own")
        XCTAssertEqual(
            complaint("network: a\nmatrix: {pool: []}"),
            "c.yaml: \"pool\" of the matrix has no values: write a list, or names with values")
        XCTAssertTrue(
            complaint("cells: [{name: a, network: x, epoch: 1}]").hasPrefix(
                "c.yaml, cell a has an unknown setting \"epoch\" (did you mean epochs?): known are network,"))
        XCTAssertTrue(complaint("a: [").hasPrefix("c.yaml is not YAML: "))
    }
}
