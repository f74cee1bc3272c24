/// A time as a sentence says it: "2 h 5 min", "3 min 20 s", "7 s".
package func timeText(_ seconds: Double) -> String {
    // A number that is too large for a clock is no news.
    guard seconds.isFinite, seconds < 1e9 else { return "long" }
    let whole = Int(max(0, seconds).rounded())
    if whole >= 3600 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
    return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
}
