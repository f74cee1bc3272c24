import RunReports
import XCTest

/// Each rule speaks where its numbers do, and is silent elsewhere.
final class AdviceTests: XCTestCase {
    /// A run that there is nothing to say about.
    private var facts: Advice.Facts {
        var facts = Advice.Facts()
        facts.run = "runs/a"
        (facts.score, facts.int8Score, facts.trainAccuracy) = (0.9, 0.9, 0.95)
        (facts.history, facts.epochs) = ([0.5, 0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], 10)
        facts.trainingCounts = [("cat", 100), ("dog", 120)]
        facts.answers = 400
        return facts
    }

    private func titles(_ change: (inout Advice.Facts) -> Void) -> [String] {
        var facts = facts
        change(&facts)
        return Advice.all(facts).map(\.title)
    }

    func testEachRule() {
        XCTAssertEqual(titles { _ in }, [])
        XCTAssertEqual(titles { $0.trainAccuracy = 1 }, [])
        XCTAssertEqual(titles { $0.trainAccuracy = 1.01 }, ["More images, or more varied ones"])
        XCTAssertEqual(titles { $0.trainAccuracy = 0.6 }, ["Let it learn more"])
        XCTAssertEqual(titles { $0.history[9] = 0.92 }, ["Train for longer"])
        XCTAssertEqual(titles { $0.epochs = 11 }, ["Finish the training"])
        XCTAssertEqual(titles { ($0.epochs, $0.patienceEndedIt) = (11, true) }, [], "it is over")
        XCTAssertEqual(titles { $0.trainedOnEvaluation = 3 }, ["Hold images out"])
        XCTAssertEqual(titles { $0.trainingCounts[0].count = 19 }, ["More images of “cat”"])
        XCTAssertEqual(titles { $0.worstConfusion = ("cat", "dog", 0.15) }, ["Look at “cat” and “dog”"])
        XCTAssertEqual(titles { $0.worstConfusion = ("cat", "dog", 0.14) }, [])
        XCTAssertEqual(titles { $0.overconfidence = 0.11 }, ["Do not trust its confidence"])
        XCTAssertEqual(
            titles {
                $0.overconfidence = 0.11
                $0.labelSmoothing = 0.1
            }, [])
        XCTAssertEqual(titles { $0.int8Score = nil }, ["Make the int8 model"])
        XCTAssertEqual(titles { $0.int8Score = 0.896 }, [])
        XCTAssertEqual(titles { $0.int8Score = 0.894 }, ["Win back what int8 loses"])
        XCTAssertEqual(
            titles {
                $0.score = 0.84
                $0.int8Score = 0.84
                $0.scoresOtherImages = true
            }, ["Look at how these images differ"])
    }

    func testMemory() {
        XCTAssertEqual(
            titles {
                $0.sramExcess = (0.5, "does not fit")
                $0.peakStep = "conv1"
                $0.arenaBytes = 2048
            }, ["Bring it into the budget", "To save memory, begin at conv1"])
        XCTAssertEqual(
            titles {
                $0.peakStep = "conv1"
                ($0.arenaBytes, $0.sram) = (1000, (1000, 4000))
            }, ["Use the memory there is"])
    }

    /// A page of a network that filled its flash advised a wider one.
    func testWhatIsAdvisedFitsInBothMemories() {
        func reason(flash: Int?) -> (String, String?)? {
            var facts = facts
            facts.sram = (1000, 4000)
            facts.flash = flash.map { ($0, 10_000) }
            return Advice.all(facts).first { $0.title == "Use the memory there is" }.map { ($0.reason, $0.command) }
        }
        XCTAssertEqual(reason(flash: nil)?.1, "sapool search --sram 4000")
        XCTAssertEqual(reason(flash: 5000)?.1, "sapool search --sram 4000 --flash 10000")
        XCTAssertEqual(reason(flash: 5000)?.0.hasSuffix("SRAM: a wider network or a larger image would fit."), true)
        XCTAssertEqual(reason(flash: 9500)?.0.hasSuffix("but no more weights: the flash is full."), true)
    }

    func testCommands() {
        var facts = facts
        facts.int8Score = 0.8
        XCTAssertEqual(Advice.all(facts).map(\.command), ["sapool quantize runs/a --qat"])
        facts.isDetector = true
        XCTAssertEqual(Advice.all(facts).map(\.command), ["sapool quantize runs/a --images 1024"])
        facts.sramExcess = (0.5, "does not fit")
        XCTAssertEqual(
            Advice.all(facts)[0].command, "sapool prune runs/a --target sram=0.47 --output pruned")
    }
}
