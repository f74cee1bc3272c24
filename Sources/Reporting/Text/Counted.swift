/// A number and what it counts, as a sentence says it: "1 image", "1,234 images".
///
/// - Parameter many: what more than one, or none, are called; nil for an `s` at the end.
package func counted(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(TextTable.grouped(number)) \(number == 1 ? one : many ?? one + "s")"
}
