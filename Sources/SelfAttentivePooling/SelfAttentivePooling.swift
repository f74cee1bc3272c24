/// Everything of the project in one import: networks as values, training on libtorch, memory planning.
///
/// ```swift
/// import SelfAttentivePooling
///
/// let network = try Network(
///     notation: "plain-cnn(pool=self-attentive(patch=2, restoration=subpixel))", input: [1, 28, 28], classes: 10)
/// let model = try Model(network, seed: 1)
/// ```
///
/// The products `Networks` and `Planning` alone need no libtorch.
@_exported import Calibration
@_exported import Comparison
@_exported import Compression
@_exported import Datasets
@_exported import Detection
@_exported import Execution
@_exported import Files
@_exported import Fitting
@_exported import Interchange
@_exported import Networks
@_exported import Lowering
@_exported import Planning
@_exported import Quantization
@_exported import Reporting
@_exported import RunReports
@_exported import Torch
@_exported import Training
@_exported import Visualization
