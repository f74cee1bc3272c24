// Those of the Cortex-M4, whose instructions these are too, until Firmware/measure m33 has written this file.

extension CodeSizes {
    static let cortexM33 = cortexM4
}

extension CostModel {
    static let cortexM33 = cortexM4
}
