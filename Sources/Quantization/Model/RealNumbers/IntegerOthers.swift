import Networks

// Operations without parameters.

extension Input: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension Activation: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension Add: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension Multiply: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension Dropout: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension GaussianNoise: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension MaxPool: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension AveragePool: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension GlobalAveragePool: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension LocalDeviation: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension WindowPool: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension FixedFilter: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension UpsampleBilinear: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension DepthToSpace: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension Flatten: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

// Operations with parameters that no int8 model holds: no kernel computes them.

extension BatchNorm: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension InstanceNorm: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension PowerPool: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension ComparisonPool: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension RNNPool: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension AttentionHead: IntegerOperation {
    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}
