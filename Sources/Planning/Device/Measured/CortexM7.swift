// Those of the Cortex-M4, whose instructions these are too, until Firmware/measure m7 has written this file.

extension CodeSizes {
    // The same kernels, whose code is about this much smaller.
    static let cortexM7 = cortexM4.smaller(by: 850)
}

extension CostModel {
    static let cortexM7 = cortexM4
}
