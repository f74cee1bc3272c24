import Torch
import XCTest

/// What libtorch and CUDA say of devices, word for word, and what is made of it.
final class DeviceFailureTests: XCTestCase {
    func testEachMessageByItsKind() {
        let messages: [(String, DeviceFailure)] = [
            (
                "Could not run 'aten::empty.memory_format' with arguments from the 'CUDA' backend. This could be because the operator "
                    + "doesn't exist for this backend, or was omitted during the selective/custom build process (if using custom build).",
                .notBuilt
            ),
            ("PyTorch is not linked with support for cuda devices", .notBuilt),
            (
                "Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a driver from "
                    + "http://www.nvidia.com/Download/index.aspx", .noDriver
            ),
            (
                "The NVIDIA driver on your system is too old (found version 12080). Please update your GPU driver by downloading and "
                    + "installing a new version from the URL: http://www.nvidia.com/Download/index.aspx Alternatively, go to: "
                    + "https://pytorch.org to install a PyTorch version that has been compiled with your version of the CUDA driver.",
                .oldDriver(version: "12.8")
            ),
            (
                "CUDA error: CUDA driver version is insufficient for CUDA runtime version",
                .oldDriver(version: nil)
            ),
            ("No CUDA GPUs are available", .noDevice),
            (
                "CUDA error: invalid device ordinal\nGPU device may be out of range, do you have enough GPUs?\nCUDA kernel errors might be "
                    + "asynchronously reported at some other API call, so the stacktrace below might be incorrect.",
                .noDevice
            ),
            ("CUDA error: CUDA-capable device(s) is/are busy or unavailable", .busy),
            (
                "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.11 GiB of which 1.10 GiB is free. "
                    + "Including non-PyTorch memory, this process has 78.00 GiB memory in use. Of the allocated memory 70.00 GiB is "
                    + "allocated by PyTorch, and 5.00 GiB is reserved by PyTorch but unallocated.",
                .outOfMemory(onGPU: true, wanted: "2.00 GiB")
            ),
            ("CUDA error: out of memory", .outOfMemory(onGPU: true, wanted: nil)),
            (
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
                .outOfMemory(onGPU: true, wanted: nil)
            ),
            ("CUDA error: no kernel image is available for execution on the device", .noCode),
            (
                "CUDA error: unspecified launch failure\nCUDA kernel errors might be asynchronously reported",
                .lost("CUDA error: unspecified launch failure")
            ),
            (
                "CUDA error: uncorrectable ECC error encountered",
                .lost("CUDA error: uncorrectable ECC error encountered")
            ),
            (
                "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED", .lost("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED")
            ),
        ]
        for (message, expected) in messages {
            XCTAssertEqual(DeviceFailure(libtorch: message), expected, message)
            XCTAssertFalse("\(expected)".contains("\n"), "one sentence")
        }
        XCTAssertNil(DeviceFailure(libtorch: "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)"))
    }

    func testSentences() {
        XCTAssertEqual(
            "\(DeviceFailure.outOfMemory(onGPU: true, wanted: "2.00 GiB"))",
            "the GPU has no memory left (2.00 GiB more were asked for): use a smaller batch-size, compute each batch in parts "
                + "(accumulate), or end what else is using the GPU (nvidia-smi)")
        XCTAssertEqual(
            "\(DeviceFailure.oldDriver(version: "12.8"))",
            "the NVIDIA driver is for CUDA 12.8 and is too old for this libtorch (\(Torch.version)): update the driver, or use a PyTorch "
                + "for an earlier CUDA")
        XCTAssertEqual(
            "\(DeviceFailure.lost("CUDA error: unspecified launch failure"))",
            "the GPU has failed (CUDA error: unspecified launch failure): see whether nvidia-smi and the kernel's log (dmesg, Xid) still "
                + "know it, and start again")
    }

    /// More than any machine has: libtorch's own words, not those this project remembers.
    func testTheProcessorsMemoryIsWhatItSays() throws {
        XCTAssertThrowsError(try Tensor.zeros([1 << 40, 1 << 10])) { error in
            guard case .outOfMemory(onGPU: false, let wanted)? = (error as? TorchError)?.deviceFailure else {
                return XCTFail("\(error)")
            }
            XCTAssertEqual(wanted, "4503599627370496 bytes")
            XCTAssertTrue(
                "\(error)".hasPrefix("no memory is left (4503599627370496 bytes more were asked for): "), "\(error)")
        }
    }

    func testAGPUThatIsNotThereIsASentence() throws {
        guard Torch.version.hasSuffix("+cpu") else { throw XCTSkip("this libtorch may have GPUs") }
        for name in ["cuda", "cuda:99"] {
            XCTAssertThrowsError(try Device(name)) { error in
                XCTAssertEqual(
                    "\(error)",
                    "this libtorch (\(Torch.version)) was built for processors alone: use one for CUDA (Scripts/bootstrap --cuda, "
                        + "Documentation/Setup.md), or the device cpu")
            }
        }
        for name in ["cuda:x", "cuda:", "cuda:-1", "cuda:1:2", "gpu", ""] {
            XCTAssertThrowsError(try Device(name)) { error in
                XCTAssertEqual(
                    "\(error)", "libtorch's device failed: \"\(name)\" is no device: use cpu, cuda, cuda:N or mps")
            }
        }
    }

    func testTheProcessorNeedsNoWaitingAndCountsNoMemory() throws {
        try Device.cpu.synchronise()
        XCTAssertNil(Device.cpu.peakMemory)
        let x = try Tensor([1, 2] as [Float], shape: [2])
        XCTAssertTrue(try x.sent(to: .cpu).sharesStorage(with: x))
    }
}
