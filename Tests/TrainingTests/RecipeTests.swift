import ProcessorTime
import Training
import XCTest

final class RecipeTests: XCTestCase {
    func testEverySettingIsReadFromYAML() throws {
        let recipe = try Recipe(
            yaml: """
                network: plain-cnn
                data: photos
                resolution: 96
                batch-size: 32
                optimizer: adamw
                learning-rate: 0.003
                schedule: multistep
                milestones: [0.5, 0.75]
                clip-norm: 1.5
                ema: 0.99
                precision: bfloat16
                augmentation: crop-flip
                seed: 7
                skip-bad-images: true
                """, source: "r.yaml")
        XCTAssertEqual(recipe.network, "plain-cnn")
        XCTAssertEqual(recipe.resolution, 96)
        XCTAssertEqual(recipe.batchSize, 32)
        XCTAssertEqual(recipe.optimizer, .adamw)
        XCTAssertEqual(recipe.learningRate, 0.003)
        XCTAssertEqual(recipe.schedule, .multistep)
        XCTAssertEqual(recipe.milestones, [0.5, 0.75])
        XCTAssertEqual(recipe.clipNorm, 1.5)
        XCTAssertEqual(recipe.ema, 0.99)
        XCTAssertEqual(recipe.precision, .bfloat16)
        XCTAssertEqual(recipe.augmentation, .cropFlip)
        XCTAssertEqual(recipe.seed, 7)
        XCTAssertTrue(recipe.skipBadImages)
        XCTAssertEqual(recipe.epochs, 30)
        XCTAssertNoThrow(try recipe.validate())
    }

    func testWhatIsWrongIsNamed() {
        func message(_ yaml: String) -> String {
            do {
                try Recipe(yaml: yaml, source: "r.yaml").validate()
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let start = "network: n\ndata: d\n"
        XCTAssertEqual(message(""), "r.yaml is empty")
        XCTAssertEqual(message("- a"), "r.yaml is not a list of settings such as \"epochs: 10\"")
        XCTAssertTrue(message("a: [").hasPrefix("r.yaml is not YAML: "), message("a: ["))
        XCTAssertEqual(message(start + "batch-size: x"), "r.yaml: the value at batch-size is of the wrong type")
        XCTAssertEqual(message(start + "epochs: 0"), "epochs is 0: use 1 to 100000")
        XCTAssertEqual(message(start + "momentum: 1"), "momentum is 1.0: use 0 up to, not including, 1")
        XCTAssertEqual(
            message(start + "learning-rate: -1"), "learning-rate is -1.0: use a number above 0, at most 1e30")
        XCTAssertEqual(message("data: d"), "no network is named: give network in the recipe or --network")
    }

    /// 7/9 has 16 digits, and 0.1 + 0.2 has 17.
    func testNumbersKeepAllTheirDigits() throws {
        let text =
            "network: plain-cnn\ndata: x\nschedule: multistep\nmilestones: [0.5, 0.7777777777777778]\nema: 0.30000000000000004\n"
        let recipe = try Recipe(yaml: text, source: "recipe.yaml")
        XCTAssertEqual(try Recipe(yaml: recipe.yaml(), source: "again"), recipe)
        XCTAssertTrue(try recipe.yaml().contains("0.7777777777777778"))
    }

    func testSchedulesByHand() {
        var recipe = Recipe(network: "n", data: "d")
        recipe.epochs = 10
        recipe.learningRate = 1
        recipe.warmupEpochs = 1
        // Ten steps an epoch: the warm-up rises by tenths, the cosine is at its middle half way through the other 90 steps.
        let cosine = LearningRateSchedule(recipe, stepsPerEpoch: 10)
        XCTAssertEqual(cosine.rate(at: 0), 0.1, accuracy: 1e-12)
        XCTAssertEqual(cosine.rate(at: 9), 1, accuracy: 1e-12)
        XCTAssertEqual(cosine.rate(at: 10), 1, accuracy: 1e-12)
        XCTAssertEqual(cosine.rate(at: 55), 0.5, accuracy: 1e-12)
        XCTAssertEqual(cosine.rate(at: 100), 0, accuracy: 1e-12)

        recipe.schedule = .multistep
        recipe.warmupEpochs = 0
        let steps = LearningRateSchedule(recipe, stepsPerEpoch: 10)
        XCTAssertEqual(steps.rate(at: 0), 1)
        XCTAssertEqual(steps.rate(at: 59), 1)
        XCTAssertEqual(steps.rate(at: 60), 0.2, accuracy: 1e-12)
        XCTAssertEqual(steps.rate(at: 80), 0.04, accuracy: 1e-12)
        XCTAssertEqual(steps.rate(at: 99), 0.008, accuracy: 1e-12)
    }

    func testClassWeightsAverageToOneOverImages() {
        let weights = Recipe.Balance.weights(ofClassesWith: [90, 9, 1, 0])
        XCTAssertEqual(weights, [100.0 / 270, 100.0 / 27, 100.0 / 3, 0])
        XCTAssertEqual(90 * weights[0] + 9 * weights[1] + weights[2], 100, accuracy: 1e-4)
    }

    func testBalanceIsForClassification() throws {
        XCTAssertEqual(try Recipe(yaml: "balance: sampling", source: "r.yaml").balance, .sampling)
        XCTAssertThrowsError(
            try Recipe(yaml: "network: n\ndata: d\ntask: detection\nbalance: weights", source: "r.yaml").validate()
        ) { XCTAssertEqual("\($0)", "balance is for task: classification: leave it out") }
    }

    func testChangesOfImagesAreForClassification() throws {
        for setting in ["color-jitter: 0.4", "rand-augment: 9", "erasing: 0.25", "mixup: 0.2", "cutmix: 1"] {
            XCTAssertNoThrow(try Recipe(yaml: "network: n\ndata: d\n\(setting)", source: "r.yaml").validate())
            let text = "network: n\ndata: d\ntask: detection\n\(setting)"
            XCTAssertThrowsError(try Recipe(yaml: text, source: "r.yaml").validate()) {
                let key = setting.prefix { $0 != ":" }
                XCTAssertEqual("\($0)", "\(key) is for task: classification: leave it out")
            }
        }
    }

    func testSettingsOfBoxesAreForDetection() throws {
        for setting in ["zoom-out: 2", "match-overlap: 0.4", "negative-ratio: 2", "class-loss: focal"] {
            let text = "network: n\ndata: d\n\(setting)\n"
            XCTAssertNoThrow(try Recipe(yaml: text + "task: detection", source: "r.yaml").validate())
            for task in ["", "task: classification"] {
                XCTAssertThrowsError(try Recipe(yaml: text + task, source: "r.yaml").validate()) {
                    let key = setting.prefix { $0 != ":" }
                    XCTAssertEqual(
                        "\($0)",
                        "\(key) is for task: detection, which finds objects: give task too, or leave it out")
                }
            }
        }
    }

    /// No number of a recipe may stop the program, whatever it is: it trains or is refused.
    func testEveryNumberHasARange() throws {
        let keys = [
            "width", "hold-out", "epochs", "batch-size", "resolution", "channels", "learning-rate", "momentum",
            "weight-decay", "milestones", "decay-factor", "warmup-epochs", "label-smoothing", "clip-norm", "ema",
            "distillation-share", "distillation-temperature", "teacher-crops", "channel-sparsity", "zoom-out",
            "match-overlap",
            "negative-ratio", "color-jitter", "rand-augment", "erasing", "mixup", "cutmix",
            "accumulate", "patience", "freeze", "backbone-rate", "first-layer-rate", "logits-rate",
        ]
        for key in keys {
            for value in ["1e31", "-1e31", ".inf", "-.inf", ".nan", "1e400", "9223372036854775807", "-1"] {
                if value.hasPrefix("9"), ["learning-rate", "clip-norm"].contains(key) { continue }
                let text = key == "milestones" ? "[\(value)]" : value
                XCTAssertThrowsError(
                    try Recipe(yaml: "network: n\ndata: d\n\(key): \(text)\n", source: "r.yaml").validate(),
                    "\(key): \(value)"
                ) { XCTAssertTrue("\($0)".contains(key), "\($0)") }
            }
        }
        XCTAssertThrowsError(try Recipe(yaml: "network: n\ndata: d\nwarmup-epochs: 1e30", source: "r.yaml").validate())
        {
            XCTAssertEqual("\($0)", "warmup-epochs is 1e+30: use 0 to 100000")
        }
        // Whoever does not ask whether a recipe makes sense gets a schedule all the same.
        var recipe = Recipe(network: "n", data: "d")
        (recipe.warmupEpochs, recipe.milestones) = (1e30, [.nan, .infinity, -1e30])
        XCTAssertEqual(LearningRateSchedule(recipe, stepsPerEpoch: 10).rate(at: 0), 0.05 / 300, accuracy: 1e-9)
    }

    /// Reading takes time in proportion to the text, also where its parts repeat each other.
    func testAliasesCannotMultiplyTheWork() throws {
        func levels(_ first: String, _ list: (String) -> String) -> String {
            (1...9).reduce("k0: &k0 \(first)\n") { text, level in
                text
                    + "k\(level): &k\(level) \(list([String](repeating: "*k\(level - 1)", count: 10).joined(separator: ",")))\n"
            }
        }
        let start = "network: n\ndata: d\n"
        let lists = levels("[1]") { "[\($0)]" }
        let asKeys = [
            lists + "? *k9\n: 1\n", lists + "{*k9 : 1, b: 2}: 3\n", lists + "? [*k9, *k8]\n: 1\n",
            levels("{a: 1}") { names in
                "{" + names.split(separator: ",").enumerated().map { "? {a: \($1)}\n : \($0)" }.joined(separator: ", ")
                    + "}"
            } + "? *k9\n: 1\n",
        ]
        let texts = asKeys + [lists + "milestones: *k9\n", lists.replacingOccurrences(of: ", ", with: ",")]
        XCTAssertLessThan(
            try processorSeconds {
                for text in texts {
                    XCTAssertThrowsError(try Recipe(yaml: start + text, source: "r.yaml")) {
                        XCTAssertTrue(
                            "\($0)".hasPrefix("r.yaml has over 12 aliases (*name): write values out"), "\($0)")
                    }
                }
            }, 2)
        // A few are no harm.
        let recipe = try Recipe(yaml: "network: &n plain-cnn\ndata: d\nweights: *n\n", source: "r.yaml")
        XCTAssertEqual(recipe.weights, "plain-cnn")
        XCTAssertNoThrow(try Recipe(yaml: "network: 'plain-cnn(channels=2*8)' # 3*4*5\ndata: d\n", source: "r.yaml"))
    }
}
