// Those of the Cortex-M4, whose instructions these are too, until Firmware/measure m7 has written this file.

extension CodeSizes {
    static let cortexM7 = cortexM4
}

extension CostModel {
    static let cortexM7 = cortexM4
}
