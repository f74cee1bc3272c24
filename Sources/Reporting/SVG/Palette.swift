/// The colours of all pictures.
public enum Palette {
    /// Eight colours that people with any colour vision tell apart: Okabe and Ito's (Color Universal Design, 2008), with
    /// a grey for their black, ordered so that the first ones stand out on white.
    public static let categorical = [
        "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#666666", "#F0E442",
    ]
    /// Text and axes.
    public static let ink = "#222222"
    /// Text of lesser weight.
    public static let fadedInk = "#666666"
    /// Grid lines.
    public static let grid = "#E3E3E3"
    /// Behind everything.
    public static let background = "#FFFFFF"

    /// The colour of a series by its number; they repeat after eight.
    public static func color(_ index: Int) -> String {
        let count = categorical.count
        return categorical[((index % count) + count) % count]
    }

    /// Black or white, whichever is read better on a colour given as `#RRGGBB` (contrast after WCAG 2).
    public static func ink(on color: String) -> String {
        guard color.count == 7, color.first == "#", let value = UInt32(color.dropFirst(), radix: 16) else { return ink }
        // Squares stand in for the exponent of 2.2; the threshold is where both contrasts are equal.
        let weighted = zip([16, 8, 0] as [UInt32], [0.2126, 0.7152, 0.0722]).map { shift, weight in
            let channel = Double(value >> shift & 255) / 255
            return channel * channel * weight
        }
        return weighted.reduce(0, +) > 0.18 ? ink : background
    }
}
