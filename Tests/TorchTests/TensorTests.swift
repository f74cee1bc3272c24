import Torch
import XCTest

final class TensorTests: XCTestCase {
    func testElementsGoInAndComeOut() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        XCTAssertEqual(tensor.shape, [2, 3])
        XCTAssertEqual(tensor.strides, [3, 1])
        XCTAssertEqual(try tensor.scalarType(), .float32)
        XCTAssertEqual(try tensor.transposed(0, 1).array(of: Float.self), [1, 4, 2, 5, 3, 6])
        XCTAssertEqual(try tensor.array(of: Int64.self), [1, 2, 3, 4, 5, 6])
    }

    func testArithmeticBroadcasts() throws {
        let column = try Tensor([1, 2] as [Double], shape: [2, 1])
        let row = try Tensor([10, 20] as [Double], shape: [1, 2])
        XCTAssertEqual(try (column + row).array(of: Double.self), [11, 21, 12, 22])
        XCTAssertEqual(try (column * 3 - 1).array(of: Double.self), [2, 5])
    }

    func testGradientOfAProduct() throws {
        // f = Σ x²y: ∂f/∂x = 2xy, ∂f/∂y = x².
        let x = try Tensor([2, 3] as [Double], shape: [2]).requireGradient()
        let y = try Tensor([5, 7] as [Double], shape: [2]).requireGradient()
        try (x * x * y).sum().backward()
        XCTAssertEqual(try x.gradient?.array(of: Double.self), [20, 42])
        XCTAssertEqual(try y.gradient?.array(of: Double.self), [4, 9])
        x.clearGradient()
        XCTAssertNil(x.gradient)
    }

    func testRectifiersAndMaxima() throws {
        let x = try Tensor([-4, 0.5, 3, -2] as [Double], shape: [1, 2, 2])
        XCTAssertEqual(try x.hardTanh().array(of: Double.self), [-1, 0.5, 1, -1])
        XCTAssertEqual(try x.leakyReLU(0.25).array(of: Double.self), [-1, 0.5, 3, -0.5])
        let slopes = try Tensor([0.5, 2] as [Double], shape: [2])
        XCTAssertEqual(try x.parametricReLU(slopes).array(of: Double.self), [-2, 0.5, 3, -4])
        XCTAssertEqual(try x.maximum([1, 2]).array(of: Double.self), [3])
        XCTAssertEqual(try x.maximum([2], keepDimensions: true).shape, [1, 2, 1])
    }

    func testNothingIsRecordedWithoutGradients() throws {
        let x = try Tensor([1] as [Float], shape: [1]).requireGradient()
        let recorded = try x * 2
        let silent = try Torch.withoutGradients { try x * 2 }
        XCTAssertTrue(recorded.requiresGradient)
        XCTAssertFalse(silent.requiresGradient)
        XCTAssertTrue(Torch.isRecordingGradients)
    }

    func testErrorsNameTheOperator() throws {
        let a = try Tensor.ones([2, 3])
        let b = try Tensor.ones([4, 5])
        XCTAssertThrowsError(try a.matrixMultiplied(b)) { error in
            let text = String(describing: error)
            XCTAssertTrue(text.hasPrefix("libtorch's aten::matmul failed: "), text)
            XCTAssertTrue(text.contains("2x3"), text)
            XCTAssertFalse(text.contains("\n"), text)
        }
        XCTAssertThrowsError(try Operator("aten::no_such_thing")([.tensor(a)])) { error in
            XCTAssertTrue("\(error)".contains("aten::no_such_thing"), "\(error)")
        }
    }

    func testShapesThatDoNotFitAreRefused() {
        XCTAssertThrowsError(try Tensor([1, 2, 3] as [Float], shape: [2, 2])) { error in
            XCTAssertEqual("\(error)", "libtorch's copy failed: 12 bytes do not make a tensor of shape [2, 2]")
        }
        XCTAssertThrowsError(try Tensor([1] as [Float], shape: [Int.max, 8]))
        XCTAssertThrowsError(try Tensor([] as [Float], shape: [-1]))
    }

    func testBorrowedMemoryIsNotCopiedAndIsReleased() throws {
        final class Owner: @unchecked Sendable {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 16)
            let gone: @Sendable () -> Void
            init(gone: @escaping @Sendable () -> Void) { self.gone = gone }
            deinit {
                memory.deallocate()
                gone()
            }
        }
        let released = expectation(description: "the owner is released")
        do {
            let owner = Owner { released.fulfill() }
            owner.memory.copyBytes(from: [1, 2, 3, 4])
            let tensor = try Tensor(borrowing: owner.memory, shape: [4], type: .uint8, owner: owner)
            owner.memory[0] = 9
            XCTAssertEqual(try tensor.array(of: UInt8.self), [9, 2, 3, 4])
        }
        wait(for: [released], timeout: 1)
    }

    func testSeedsRepeat() throws {
        Torch.seed(7)
        let first = try Tensor.normal([5]).array(of: Float.self)
        Torch.seed(7)
        XCTAssertEqual(try Tensor.normal([5]).array(of: Float.self), first)
        Torch.seed(8)
        XCTAssertNotEqual(try Tensor.normal([5]).array(of: Float.self), first)
    }

    func testThreadCountIsSet() {
        let before = Torch.threads
        defer { Torch.threads = before }
        Torch.threads = 1
        XCTAssertEqual(Torch.threads, 1)
    }

    func testDevicesByName() throws {
        XCTAssertEqual(try Device("cpu"), .cpu)
        XCTAssertThrowsError(try Device("tpu")) { error in
            XCTAssertEqual(
                "\(error)", "libtorch's device failed: \"tpu\" is no device: use cpu, cuda, cuda:N or mps")
        }
    }

    func testChannelsLastKeepsTheValues() throws {
        let x = try Tensor((0..<24).map(Float.init), shape: [1, 2, 3, 4]).to(format: .channelsLast)
        XCTAssertEqual(x.strides, [24, 1, 8, 2])
        XCTAssertEqual(try x.array(of: Float.self), (0..<24).map(Float.init))
    }
}
