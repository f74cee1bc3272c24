import CTorch

extension Tensor {
    /// Whether the backward pass computes a gradient for this tensor.
    public var requiresGradient: Bool { withExtendedLifetime(self) { ct_requires_grad(handle) } }

    /// Asks the backward pass for this tensor's gradient. Only a leaf of floating point can be asked.
    @discardableResult
    public func requireGradient(_ required: Bool = true) throws -> Tensor {
        let status = withExtendedLifetime(self) { ct_set_requires_grad(handle, required) }
        guard status == 0 else { throw TorchError.last(in: "requires_grad") }
        return self
    }

    /// The gradient that backward passes have accumulated, nil where none did.
    public var gradient: Tensor? { withExtendedLifetime(self) { ct_grad(handle) }.map(Tensor.init(owning:)) }

    /// Forgets the accumulated gradient.
    public func clearGradient() { withExtendedLifetime(self) { ct_clear_grad(handle) } }

    /// Accumulates the gradients of `⟨self, gradient⟩` in the leaves.
    ///
    /// - Parameter gradient: of this tensor's shape; may be left out for a tensor of one element.
    public func backward(gradient: Tensor? = nil) throws {
        let status = withExtendedLifetime((self, gradient)) { ct_backward(handle, gradient?.handle) }
        guard status == 0 else { throw TorchError.last(in: "backward") }
    }

    /// The same values, cut off from the recorded operations.
    public func detached() throws -> Tensor { try ATen.detach([.tensor(self)]) }
}
