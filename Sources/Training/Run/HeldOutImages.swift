import Files
import Datasets
import Foundation
import Interchange
import Reporting

/// Which images a run held out of training: the file `held-out.json` in its folder, and in what is made of the run.
public struct HeldOutImages: Codable {
    /// Names below the data's folder.
    let images: [String]
    /// What they were, to know them again; nil where earlier versions have drawn them.
    let record: ImageRecord?

    /// What a folder's file says; nil where it has none.
    ///
    /// - Throws: `TrainingError` where it is damaged.
    public init?(of folder: RunFolder) throws {
        guard let data = FileManager.default.contents(atPath: folder.heldOut) else { return nil }
        do {
            self = try JSONDecoder().decode(HeldOutImages.self, from: data)
        } catch let error as DecodingError {
            throw TrainingError("\(folder.heldOut) is damaged: \(error.sentence(of: data))")
        }
    }

    init(images: [String], record: ImageRecord?) { (self.images, self.record) = (images, record) }

    /// Writes the file.
    public func write(to folder: RunFolder) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = [UInt8](try encoder.encode(self))
        try AtomicFile.replace(folder.heldOut) { try $0.append(text) }
    }

    /// The images themselves, where a data set has all of them as they were.
    ///
    /// - Parameter data: the name by which the data set was opened.
    public func find(in dataset: any Dataset, data: String) throws -> Subset? {
        let found = try dataset.divided(by: Set(images), in: data).named
        guard found.count == images.count else { return nil }
        guard let record else { return found }
        return ImageRecord.matches(record, found, data: data) ? found : nil
    }

    /// The images themselves, of the data that they were held out of: some may have been replaced.
    ///
    /// - Parameter owner: who held them out, for the message.
    /// - Throws: `TrainingError` where some are gone.
    public func all(in dataset: any Dataset, data: String, heldOutBy owner: String) throws -> Subset {
        let found = try dataset.divided(by: Set(images), in: data).named
        try Self.check(
            Set(images), found: (0..<found.count).map { found.name(of: $0, in: data) }, heldOutBy: owner, data: data,
            advice: "score other data")
        return found
    }

    /// Checks that all images that were held out are found.
    ///
    /// - Parameter advice: what can be done besides putting them back.
    static func check(
        _ names: Set<String>, found: [String], heldOutBy owner: String, data: String, advice: String
    ) throws {
        let missing = names.subtracting(found)
        guard let first = missing.min() else { return }
        let shown = first.printableName
        guard names.count > 1 else {
            throw TrainingError("\(shown), which \(owner) held out, is no longer in \(data): put it back, or \(advice)")
        }
        let (verb, object) = missing.count == 1 ? ("is", "it") : ("are", "them")
        throw TrainingError(
            "\(missing.count) of the \(names.count) images that \(owner) held out \(verb) no longer in \(data) (such as \(shown)): put "
                + "\(object) back, or \(advice)")
    }
}
