import Foundation

/// Files with a line of JSON for each epoch.
enum EpochLines {
    /// The lines there are; none where there is no file.
    ///
    /// A last line that breaks off is none: whatever wrote the file was stopped in the middle of it.
    ///
    /// - Parameters:
    ///   - count: so many are wanted, and what stands behind them is not looked at; nil for all.
    ///   - damaged: the error that says what is wrong with the file.
    /// - Throws: that error, where another line cannot be read.
    static func read<Epoch: Decodable>(
        _ path: String, first count: Int? = nil, damaged: (String) -> TrainingError
    ) throws -> [Epoch] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        let lines = data.split(separator: UInt8(ascii: "\n"))
        var epochs: [Epoch] = []
        for (index, line) in lines.prefix(count ?? lines.count).enumerated() {
            guard let epoch = try? JSONDecoder().decode(Epoch.self, from: Data(line)) else {
                if index == lines.count - 1, data.last != UInt8(ascii: "\n") { break }
                throw damaged("line \(index + 1) is no epoch")
            }
            epochs.append(epoch)
        }
        return epochs
    }
}
