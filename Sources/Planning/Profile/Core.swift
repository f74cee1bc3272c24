/// A processor core that networks are planned for.
public enum Core: String, Sendable, Hashable, Codable, CaseIterable {
    case cortexM4 = "m4"
    case cortexM7 = "m7"
    case cortexM33 = "m33"
    case cortexM55 = "m55"

    /// As its maker calls it.
    public var name: String {
        switch self {
        case .cortexM4: "Cortex-M4"
        case .cortexM7: "Cortex-M7"
        case .cortexM33: "Cortex-M33"
        case .cortexM55: "Cortex-M55"
        }
    }

    /// The table of instruction timings that its cycles are estimated by, without wait states (`Firmware/Tools`).
    public var timingTable: String {
        switch self {
        case .cortexM4: "timing_m4.h"
        case .cortexM7: "timing_m7.h"
        case .cortexM33: "timing_m33.h"
        case .cortexM55: "timing_m55.h"
        }
    }
}
