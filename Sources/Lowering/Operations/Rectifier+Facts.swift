import Networks

extension ParametricReLU: DeviceFacts {
    package var rewriting: RewritingRule { .kept }

    /// With one slope it is a function of one number.
    package var placement: StepPlacement { channels == nil ? .follows(.table) : .own(takesLimits: false) }
    package var spreading: Spreading { .passed }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.same] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        guard let channels else { return .table(output) }
        return .call(.parametricReLU, [channels], [Double(output.count), Double(output.height)])
    }
    package var label: String { channels == nil ? "leakyReLU" : Self.kind }
    package var family: OperationFamily { .other }
}

extension Softmax: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }

    /// Of a pixel it reads each number again before it writes it, and none that lie in front of it.
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.same] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }

    /// Its table holds an exponential of 32 bits for each distance from the largest number.
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .call(.softmax, [1024], [Double(output.count), Double(output.size.area), Double(output.height)])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}
