import Networks
import Planning
import Reporting
import Training

/// What the run is, and its key figures.
struct OverviewSection {
    private let subject: ReportSubject
    private let findings: Findings
    private let plan: PlanReport?
    private let facts: Advice.Facts

    init(_ subject: ReportSubject, _ findings: Findings, plan: PlanReport?, advice facts: Advice.Facts) {
        (self.subject, self.findings, self.plan, self.facts) = (subject, findings, plan, facts)
    }

    /// What stands on top of the page.
    func lead() -> HTML {
        let (data, count) = (subject.data, findings.count)
        var text: [HTML] = [
            .element(
                .p, [.style(.faded)],
                [
                    .text("\(counted(count, "image")) of the \(data.part.name) of "),
                    .name(data.source.data.shortened(to: 120)),
                    .text(", scored with \(Self.name(subject.options.weights))."),
                ])
        ]
        if data.trainedOn > 0 {
            text.append(
                .element(
                    .p, [.style(.bad)],
                    [
                        .text(
                            "The run was trained on \(TextTable.grouped(data.trainedOn)) of these images, so "
                                + "this flatters it."
                        )
                    ]
                ))
        }
        return .group(text + [.tiles(tiles)])
    }

    private var tiles: [HTML] {
        let title = facts.isDetector ? facts.scoreName : facts.scoreName.capitalized
        var tiles = [HTML.tile("\(title), float", findings.headline.value, findings.headline.note)]
        if let int8 = facts.int8Score {
            tiles.append(
                .tile(
                    "\(title), int8", ReportText.percent(int8),
                    "\(ReportText.points(int8 - facts.score)) points", isGood: facts.score - int8 <= 0.005))
        }
        guard let plan else { return tiles }
        func memory(_ name: String, _ bytes: Int, _ verdict: Verdict?, _ note: String) -> HTML {
            .tile(
                name, ByteSize.text(bytes), verdict.map { "of \(ByteSize.text($0.budgetBytes))" } ?? note,
                isGood: verdict?.fits)
        }
        return tiles + [
            memory("SRAM", plan.peakSRAMBytes, plan.fits?.sram, "arena \(ByteSize.text(plan.arenaBytes))"),
            memory("Flash", plan.flashBytes, plan.fits?.flash, "weights and code"),
            .tile(
                "Work", "\(ReportText.millions(plan.multiplyAccumulates))",
                "multiply-accumulates an image"),
        ]
    }

    /// Everything that decided what came out.
    func section() -> HTMLPage.Section {
        let (recipe, network) = (subject.configuration.recipe, subject.model.network)
        var facts: [(what: String, value: HTML)] = []
        func add(_ what: String, _ value: HTML) { facts.append((what, value)) }
        add("data", .name(subject.data.source.data.shortened(to: 120)))
        let names = subject.configuration.classNames
        let listed = names.prefix(12).map(ReportText.shown).joined(separator: ", ")
        add("classes", .text("\(TextTable.grouped(names.count)): \(listed)\(names.count > 12 ? " …" : "")"))
        if let images = subject.configuration.images {
            add("trained on", .text(counted(images.training.count, "image")))
        }
        add("network", .code(network.name.shortened(to: 300)))
        add("image", .text("\(network.inputShape)"))
        if let plan {
            add("size", .text("\(TextTable.grouped(plan.parameters)) parameters"))
            if let fits = plan.fits {
                let budgets = [
                    fits.sram.map { "\(ByteSize.text($0.budgetBytes)) SRAM" },
                    fits.flash.map { "\(ByteSize.text($0.budgetBytes)) flash" },
                ]
                add("budget", .text(budgets.compactMap { $0 }.joined(separator: ", ")))
            }
        }
        // Networks that were trained elsewhere have no recipe.
        guard !recipe.data.isEmpty else {
            return HTMLPage.Section(
                "What it is", .paragraph("Trained elsewhere, and imported."), HTMLTable.facts(facts))
        }
        add(
            "training",
            .text(
                "\(counted(recipe.epochs, "epoch")), batches of \(recipe.batchSize), "
                    + "\(recipe.optimizer.rawValue) at a rate of \(recipe.learningRate), "
                    + "\(recipe.schedule.rawValue) schedule, augmentation \(recipe.augmentation.rawValue), seed "
                    + "\(recipe.seed)"
            ))
        if let weights = recipe.weights { add("starts from", .code(weights.shortened(to: 120))) }
        if let teacher = recipe.teacher { add("teacher", .code(teacher.shortened(to: 120))) }
        let settings = (try? recipe.yaml()) ?? ""
        return HTMLPage.Section("What it is", HTMLTable.facts(facts), .details("All settings", .listing(settings)))
    }

    private static func name(_ weights: TrainedModel.Weights) -> String {
        switch weights {
        case .model: "the weights of the last finished epoch"
        case .best: "the weights of the best epoch, which was chosen by looking at the evaluation images"
        case .last: "the weights of the last checkpoint"
        case .unaveraged: "the weights of the last checkpoint as the optimiser left them, not their average over steps"
        }
    }
}
