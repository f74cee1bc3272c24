import Networks
import Planning
import Training

/// What the network of a cell costs on a device, known before it is trained.
public struct CellCost: Sendable, Equatable {
    public let parameters: Int
    /// Multiply-accumulates an image.
    public let multiplyAccumulates: Int
    /// Bytes of the int8 arena: stripes where they help, the image held.
    public let arenaBytes: Int
    /// Which part of the data the cell is scored on.
    public let evaluationPart: EvaluationPart

    init(_ network: Network, _ evaluationPart: EvaluationPart) throws {
        self.evaluationPart = evaluationPart
        parameters = network.parameterCount
        multiplyAccumulates = network.multiplyAccumulates
        arenaBytes = try MemoryPlan(network).arenaBytes
    }

    /// The costs of all cells.
    ///
    /// - Throws: an error that names the cell whose data cannot be opened or whose network cannot be built.
    static func all(of cells: [ComparisonRecipe.Cell]) throws -> [String: CellCost] {
        var opened: [String: (shape: Shape, classes: Int, part: EvaluationPart)] = [:]
        var costs: [String: CellCost] = [:]
        for cell in cells {
            do {
                let recipe = cell.recipe
                try recipe.validate()
                // Opening a large folder takes seconds, so cells on the same images share it.
                let key =
                    "\(recipe.data)|\(recipe.resolution ?? 0)|\(recipe.channels ?? 0)|\(recipe.holdOut)|\(recipe.scoreName)"
                if opened[key] == nil {
                    let data = try TrainingData(recipe)
                    opened[key] = (data.inputShape, data.training.classNames.count, data.evaluationPart)
                }
                guard let (shape, classes, part) = opened[key] else { continue }
                costs[cell.name] = try CellCost(recipe.buildNetwork(input: shape, classes: classes), part)
            } catch {
                throw TrainingError("cell \"\(cell.name)\": \(error)")
            }
        }
        return costs
    }
}
