import Networks
import PlanChecks
import Planning
import XCTest

final class PlanCheckerTests: XCTestCase {
    private func buffer(_ name: String, _ bytes: Int, _ first: Int, _ last: Int, at offset: Int) -> Buffer {
        Buffer(name: name, role: .activation, bytes: bytes, first: first, last: last, offset: offset)
    }

    private func problems(_ buffers: [Buffer]) -> [String] {
        PlanChecker.problems(in: buffers, arenaBytes: 100, alignment: 4)
    }

    func testFindsEachMistakeOfALayout() {
        XCTAssertEqual(problems([buffer("a", 40, 0, 2, at: 0), buffer("b", 40, 2, 3, at: 40)]), [])
        XCTAssertEqual(problems([buffer("a", 40, 0, 1, at: 0), buffer("b", 40, 2, 3, at: 0)]), [])
        XCTAssertEqual(
            problems([buffer("a", 41, 0, 2, at: 0), buffer("b", 40, 2, 3, at: 40)]), ["a and b overlap in step 2"])
        XCTAssertEqual(problems([buffer("a", 40, 0, 1, at: 6)]), ["a starts at 6, which is no multiple of 4"])
        XCTAssertEqual(problems([buffer("a", 40, 0, 1, at: 64)]), ["a ends at 104, behind the arena of 100 bytes"])
        XCTAssertEqual(problems([buffer("a", 40, 2, 1, at: 0)]), ["a lives from step 2 to 1"])
    }

    /// The stem's output claims to be dead while the second convolution is written over it; the sum then finds rubbish.
    func testReplayFindsAnOverwrittenValue() throws {
        let network = try TinyNetworks.residual()
        var plan = try MemoryPlan(network, options: .separateBuffers)
        XCTAssertEqual(PlanChecker.problems(in: plan), [])
        plan.buffers[1].last = 2
        plan.buffers[3].offset = plan.buffers[1].offset
        XCTAssertEqual(
            PlanChecker.problems(in: plan),
            (0..<8).map { "add reads row \($0) of stem, but stem holds something else" }.flatMap {
                ["add writes in step 4 to stem, which is not alive", $0]
            }.prefix(10).map { $0 })
    }

    func testEveryBackboneAndPooling() throws {
        let references = [
            ("mobilenet", "1222121"), ("mobilenet_v2", "1222121"), ("mobilenetv3_small", "22121111211"),
            ("mobilenetv3_large", "121211211111211"), ("resnet18", "1222"), ("resnet18_v2", "1222"),
            ("resnet50", "1222"),
            ("resnet50_v2", "1222"), ("resnext", "1222"),
        ]
        let pools = [
            "skip", "maxp", "avgp", "lip", "gaussian_pool", "attnpool", "nlp_headfix2", "nlp_nowin", "nlpnoexp",
        ]
        for (backbone, strides) in references {
            for pool in pools {
                for prefix in ["", "prepool-\(pool)-2-"] where prefix.isEmpty || backbone != "resnext" {
                    try check("\(prefix)\(backbone)-\(pool)-\(strides)")
                }
            }
        }
        for options in [
            "patch=2, restoration=subpixel", "restoration=bilinear, patch=2", "temperature=learned", "position=sine",
        ] {
            try check("mobilenet-v2(pool=self-attentive(\(options)))")
            try check("plain-cnn(pool=self-attentive(\(options)))")
        }
        for noise in ["hwcn", "cn", "none"] { try check("plain-cnn(pool=gaussian(noise=\(noise)))") }
        for pool in OwnNotation.poolingNames {
            for placement in ["before", "inside"] {
                try check("mobilenet-v2(width=0.35, placement=\(placement), pool=\(pool))")
                try check("efficientnet-lite0(placement=\(placement), pool=\(pool))")
            }
            try check("resnet34(pool=\(pool))")
        }
    }

    private var checked = 0

    private func check(_ name: String) throws {
        for size in [Size(96, 64), Size(72, 128), Size(112, 104)] {
            let network = try Network(notation: name, input: Shape(3, size), classes: 10)
            // One of the options with each network and size; all of them with random ones.
            checked += 1
            let options = Self.options[checked % Self.options.count]
            let plan = try MemoryPlan(network, options: options)
            XCTAssertEqual(PlanChecker.problems(in: plan), [], "\(name), \(size), \(options)")
            XCTAssertGreaterThanOrEqual(plan.arenaBytes, plan.lowerBoundBytes, name)
            if options == .separateBuffers { XCTAssertLessThan(plan.gap, 0.02, name) }
        }
    }

    static let options = [
        .separateBuffers, PlanOptions(stripes: .off), PlanOptions(), PlanOptions(pushesRows: true),
        PlanOptions(reusesRows: false),
    ]

    func testRandomNetworks() throws {
        var random = TestGenerator(seed: 5)
        for round in 0..<10_000 {
            let network = try RandomNetworks.next(&random)
            let options = Self.options[round % Self.options.count]
            let plan = try MemoryPlan(network, options: options)
            XCTAssertEqual(PlanChecker.problems(in: plan), [], "round \(round), \(options)")
            XCTAssertGreaterThanOrEqual(plan.arenaBytes, plan.lowerBoundBytes, "round \(round)")
        }
    }
}
