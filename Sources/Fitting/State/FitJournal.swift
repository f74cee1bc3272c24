import Files
import Foundation

/// Keeps a fit's state in a file that is replaced whole after every step, so that a kill at any moment loses one step
/// at most.
package final class FitJournal {
    private let path: String
    package private(set) var state: FitState

    /// Goes on with the journal of a folder, or begins one.
    ///
    /// - Throws: `FittingError` where the folder's fit is of other options, or its journal is damaged.
    package init(_ folder: FitFolder, _ options: FitOptions) throws {
        path = folder.state
        guard let data = FileManager.default.contents(atPath: path) else {
            state = FitState(options: options)
            return
        }
        guard let read = try? JSONDecoder().decode(FitState.self, from: data) else {
            throw FittingError("\(path) is damaged: begin anew in another output folder")
        }
        if let difference = options.firstDifference(from: read.options) {
            throw FittingError(
                "\(folder.path) is a fit with other options: \(difference); go on with the same, or choose another output folder"
            )
        }
        state = read
    }

    /// Checks that what is done can be of a plan.
    ///
    /// - Throws: `FittingError` where the journal is damaged.
    package func check(_ plan: FitPlan) throws {
        guard let impossibility = state.impossibility(plan.schedule, classes: plan.survey.classNames.count) else {
            return
        }
        throw FittingError("\(path) is damaged: \(impossibility): begin anew in another output folder")
    }

    /// Changes the state, and writes it.
    package func update(_ change: (inout FitState) -> Void) throws {
        change(&state)
        try AtomicFile.replace(path, with: StoredValue.json(state))
    }
}
