/// Names of nodes that are each there once, of a graph whose own names need not be.
struct UniqueNames {
    private var taken: Set<String>
    /// The last number that made a name one of its own, so that a thousand equal names are not tried again and again.
    private var numbers: [String: Int] = [:]

    /// Names that are taken.
    init(_ taken: Set<String>) { self.taken = taken }

    /// The name, or with a number behind it where there is one of its kind already.
    ///
    /// "conv", then "conv_2", then "conv_3".
    mutating func unique(_ base: String) -> String {
        var name = base
        while !taken.insert(name).inserted {
            let number = (numbers[base] ?? 1) + 1
            numbers[base] = number
            name = "\(base)_\(number)"
        }
        return name
    }
}
