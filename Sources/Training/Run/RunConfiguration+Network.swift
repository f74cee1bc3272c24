import Datasets
import Networks
import Reporting

extension RunConfiguration {
    /// In what it is not of a network, in words; nil where it can be.
    ///
    /// Both lie in files that anybody may change: one that does not fit the other would give wrong numbers, or end the
    /// program.
    func disagreement(with network: Network) -> String? {
        guard classNames.count == network.classCount else {
            return "it names \(counted(classNames.count, "class", "classes")), and the network has "
                + counted(network.classCount, "class", "classes")
        }
        let input = network.inputShape
        guard inputShape == input, input.isMap else {
            return "its images are \(inputShape), and the network takes \(input)"
        }
        let size = ImageSize(width: input.width, height: input.height)
        guard evaluationTransform.outputSize == size else {
            return "its images become \(evaluationTransform.outputSize) pixels, and the network takes \(size)"
        }
        guard evaluationTransform.channels.map({ $0 == input.channels }) ?? true else {
            return "its images become \(counted(evaluationTransform.channels ?? 0, "channel")), and the network takes "
                + "\(input.channels)"
        }
        let (mean, deviation) = (normalization.mean, normalization.deviation)
        guard mean.count == input.channels, deviation.count == input.channels else {
            return "its normalization has \(counted(mean.count, "mean")) and \(counted(deviation.count, "deviation")), "
                + "and the network takes \(counted(input.channels, "channel"))"
        }
        guard mean.allSatisfy(\.isFinite), deviation.allSatisfy({ $0 > 0 && $0.isFinite }) else {
            return "its normalization divides by \(deviation), which are not all above 0"
        }
        return nil
    }
}
