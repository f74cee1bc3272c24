import Comparison
import ProcessorTime
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

    /// What would have no effect is refused, so that nobody waits for a comparison that he has not asked for.
    func testSettingsThatWouldBeDropped() {
        let network = "network: a\ndata: d\n"
        func tail(_ settings: String) -> String { complaint(network + settings) }
        let noList = "c.yaml: cells is no list: write \"- name: …\" and its settings for each cell"
        XCTAssertEqual(tail("cells: {name: x, epochs: 3}"), noList)
        XCTAssertEqual(tail("cells: 5"), noList)
        XCTAssertEqual(tail("baseline: [a]"), "c.yaml: baseline is no text: write \"baseline: …\"")
        XCTAssertEqual(tail("title: [1]"), "c.yaml: title is no text: write \"title: …\"")
        let noText = "has a setting whose name is no text: write \"name: value\""
        XCTAssertEqual(tail("? [a, b]\n: 3"), "c.yaml \(noText)")
        XCTAssertEqual(tail("cells: [{name: x, [1]: 2}]"), "c.yaml, cell x \(noText)")
        let seed = "seed is for a single training: write \"seeds: [1, 2, 3]\", which every cell gets"
        XCTAssertEqual(tail("seed: 7"), "c.yaml: \(seed)")
        XCTAssertEqual(tail("cells: [{name: x, seed: 5}]"), "c.yaml, cell x: \(seed)")
        XCTAssertEqual(
            tail("patience: 3"),
            "c.yaml: patience lets scores decide how long each run trains, which is no fair comparison: leave it out")
        XCTAssertEqual(
            tail("matrix: {a: [1, 2]}"),
            "c.yaml: no setting has {a}, so the matrix's \"a\" changes nothing: write it where its value belongs")
        XCTAssertEqual(
            tail("matrix: {a: [[1], 2]}"), "c.yaml: a value of the matrix's \"a\" is no text: put quotes around it")
        let unset = "network has {zz}, and no matrix gives zz a value: add it to the matrix, or write the value itself"
        XCTAssertEqual(complaint("network: 'a({zz})'\ndata: d"), "c.yaml: \(unset)")
        XCTAssertEqual(complaint("network: '{a}{zz}'\ndata: d\nmatrix: {a: [x]}"), "c.yaml, cell x: \(unset)")
    }

    /// Every key of a mapping is looked up from its front.
    func testManyKeys() {
        XCTAssertLessThan(
            processorSeconds {
                let keys = (0..<5000).map { "k\($0): 1\n" }.joined()
                XCTAssertTrue(
                    complaint("network: a\ndata: d\n" + keys).hasPrefix("c.yaml has an unknown setting \"k0\""))
                let own = (0..<5000).map { "k\($0): 1" }.joined(separator: ", ")
                XCTAssertTrue(
                    complaint("cells: [{name: a, \(own)}]").hasPrefix("c.yaml, cell a has an unknown setting \"k0\""))
                let axes = (0..<5000).map { "k\($0): [1]" }.joined(separator: ", ")
                XCTAssertEqual(
                    complaint("network: a\nmatrix: {\(axes)}"), "c.yaml: the matrix has over 100 names: leave some out")
            }, 10)
    }

    /// Values may have places of other axes in them, which must not make settings of any length.
    func testAMatrixCannotMakeLongSettings() {
        XCTAssertLessThan(
            processorSeconds {
                let names = Array("abcdefghijkl").map(String.init)
                let chain = zip(names, names.dropFirst()).map { name, next in
                    "  \(name):\n    k: '\(String(repeating: "{\(next)}", count: 10))'\n"
                }
                let longer = "c.yaml: the matrix makes network longer than 10000 characters: use shorter values"
                XCTAssertEqual(complaint("network: '{a}'\ndata: d\nmatrix:\n" + chain.joined() + "  l: [x]\n"), longer)
                let long = String(repeating: "x", count: 9000)
                XCTAssertEqual(complaint("network: '{a}{a}'\ndata: d\nmatrix: {a: [\(long)]}"), longer)
                let many = "[" + (0..<9000).map { "v\($0)" }.joined(separator: ", ") + "]"
                XCTAssertEqual(
                    complaint("network: '{a}'\ndata: d\nmatrix: {a: \(many), b: \(many)}"),
                    "c.yaml: the matrix has over 10000 cells: leave values out")
                let seeds = "[" + (0..<90_000).map { "\($0)" }.joined(separator: ", ") + "]"
                XCTAssertEqual(
                    complaint("network: '{a}'\ndata: d\nseeds: \(seeds)\nmatrix: {a: [x, y]}"),
                    "c.yaml has 2 cells with 90000 seeds, over 100000 runs: leave some out")
            }, 5)
    }
}
