import Datasets
import Reporting

/// What looking at the images came to, whatever the network is for.
struct Findings {
    /// Images that were scored.
    let count: Int
    /// The images, some of which run on an emulated core.
    let images: any Dataset
    /// The parts of the page that depend on what the network is for.
    let sections: [HTMLPage.Section?]
    /// The score and what advice depends on.
    let facts: Advice.Facts
    /// The score for people, and a note on it.
    let headline: (value: String, note: String)
    /// Scores of float and int8; empty without an int8 model.
    let int8: [Int8Section.Score]
    /// Images that both say the same of.
    let agreement: (same: Int, images: Int)?
    let calibrationError: Double?
    let skipped: [SkippedImage]
}
