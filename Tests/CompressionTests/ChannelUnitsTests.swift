import Compression
import Networks
import XCTest

/// What goes together, on networks small enough to see it.
final class ChannelUnitsTests: XCTestCase {
    /// Names of each group's nodes, and how many units it has.
    private func groups(_ network: Network) -> [String: Int] {
        Dictionary(
            uniqueKeysWithValues: ChannelUnits(network).groups.map { group in
                (group.nodes.map { network[$0].name }.joined(separator: " "), group.units.count)
            })
    }

    func testResidualSumAndDepthwise() throws {
        let builder = NetworkBuilder("residual")
        var x = try builder.input([3, 8, 8])
        x = try builder.convolution(x, to: 4, kernel: 1, name: "stem")
        var y = try builder.convolution(x, to: 6, kernel: 1, name: "expand")
        y = try builder.convolution(y, to: 6, kernel: 3, padding: 1, groups: 6, name: "depthwise")
        y = try builder.convolution(y, to: 4, kernel: 1, name: "project")
        x = try builder.add(x, y, name: "sum")
        x = try builder.classifier(x, classes: 2, name: "fc")
        XCTAssertEqual(
            groups(try builder.network(output: x)),
            ["stem project sum avgpool avgpool.flatten": 4, "expand depthwise": 6])
    }

    /// The channels of every head in turn; positions tie the two halves.
    func testAttention() throws {
        let builder = NetworkBuilder("attention")
        var x = try builder.input([3, 8, 8])
        x = try builder.convolution(x, to: 12, kernel: 1, name: "embed")
        x = try builder.add(.positionEmbedding(PositionEmbedding(channels: 12, table: .learned)), [x], name: "place")
        x = try builder.add(.multiHeadAttention(MultiHeadAttention(channels: 12, heads: 4)), [x], name: "attention")
        x = try builder.classifier(x, classes: 2, name: "fc")
        let units = ChannelUnits(try builder.network(output: x)).groups
        XCTAssertEqual(units.map(\.units.count), [3])
        let first = units.first?.units.first?.channels.filter { $0.node.index == 3 }.map(\.index)
        XCTAssertEqual(first, [0, 3, 6, 9])
    }

    /// Each channel of the map with the four that its cell of 2×2 weights is made of.
    func testSelfAttentivePooling() throws {
        let builder = NetworkBuilder("pool")
        var x = try builder.input([3, 8, 8])
        x = try builder.convolution(x, to: 4, kernel: 1, name: "stem")
        x = try builder.pool(
            x, with: SelfAttentivePooling(patch: 2, heads: 2, restoration: .subpixel), kernel: 2, name: "pool")
        x = try builder.classifier(x, classes: 2, name: "fc")
        let network = try builder.network(output: x)
        let groups = ChannelUnits(network).groups
        XCTAssertEqual(groups.map(\.units.count).sorted(), [2, 4])
        let map = try XCTUnwrap(groups.first { $0.units.count == 4 })
        let restored = try XCTUnwrap(map.nodes.first { network[$0].name.hasSuffix("restore.0") })
        XCTAssertEqual(map.units[1].channels.filter { $0.node == restored }.map(\.index), [4, 5, 6, 7])
    }

    /// The two halves of a map, one through a convolution and joined with the other again: each channel goes by itself.
    func testSlicesAndConcatenation() throws {
        let builder = NetworkBuilder("split")
        var x = try builder.input([3, 8, 8])
        x = try builder.convolution(x, to: 6, kernel: 1, name: "stem")
        let left = try builder.slice(x, from: 0, count: 2, name: "left")
        let right = try builder.slice(x, from: 2, count: 4, name: "right")
        let branch = try builder.convolution(right, to: 5, kernel: 1, name: "branch")
        x = try builder.parametricReLU(builder.concatenate([left, branch], name: "joined"), name: "slopes")
        x = try builder.add(.globalMaxPool(GlobalMaxPool()), [x], name: "pool")
        x = try builder.linear(builder.add(.flatten(Flatten()), [x], name: "flat"), to: 2, name: "fc")
        XCTAssertEqual(
            groups(try builder.network(output: x)),
            ["stem left joined slopes pool flat": 2, "stem right": 4, "branch joined slopes pool flat": 5])
    }

    /// Shares depend on all channels: none may go.
    func testSharesKeepTheirChannels() throws {
        let builder = NetworkBuilder("shares")
        var x = try builder.convolution(builder.input([3, 8, 8]), to: 6, kernel: 1, name: "conv")
        x = try builder.softmax(x, name: "shares")
        XCTAssertEqual(groups(try builder.network(output: builder.classifier(x, classes: 2, name: "fc"))), [:])
    }

    func testImageClassesAndGroupedConvolutionsStay() throws {
        let builder = NetworkBuilder("fixed")
        var x = try builder.input([4, 8, 8])
        x = try builder.convolution(x, to: 8, kernel: 3, groups: 2, name: "grouped")
        x = try builder.convolution(x, to: 6, kernel: 1, name: "free")
        x = try builder.classifier(x, classes: 3, name: "fc")
        XCTAssertEqual(groups(try builder.network(output: x)), ["free avgpool avgpool.flatten": 6])
    }
}
