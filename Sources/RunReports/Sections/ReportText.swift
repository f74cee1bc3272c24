import Foundation
import Networks
import Reporting

/// Numbers and names as all parts of the page write them.
enum ReportText {
    /// A share as per cent with one decimal; a dash where there is none.
    static func percent(_ share: Double?) -> String {
        share.map { String(format: "%.1f %%", $0 * 100) } ?? "–"
    }

    /// Where a share may well lie: 84–90 %.
    static func interval(_ lower: Double, _ upper: Double) -> String {
        "\(fixed(lower * 100, 0))–\(fixed(upper * 100, 0)) %"
    }

    /// A difference of shares in points, with its sign.
    static func points(_ difference: Double) -> String {
        (difference < 0 ? "−" : "+") + String(format: "%.1f", abs(difference) * 100)
    }

    /// A number with as many decimals as are asked for.
    static func fixed(_ number: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", number) }

    /// A name from outside that does not fill the page.
    static func shown(_ name: String) -> String { name.shortened(to: 60) }

    /// A class's name.
    static func name(_ names: [String], _ label: Int) -> String {
        names.indices.contains(label) ? shown(names[label]) : "class \(label)"
    }

    /// A file's or an image's name without the folders around it.
    static func file(_ location: String) -> String {
        shown(location.split(separator: "/").last.map(String.init) ?? location)
    }

    /// A large number of operations: 12.3 M.
    static func millions(_ number: Int) -> String {
        number >= 100_000 ? "\(fixed(Double(number) / 1e6, 1)) M" : TextTable.grouped(number)
    }

    /// A shape as people write it: 32×24×24.
    static func shape(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "×") }
}
