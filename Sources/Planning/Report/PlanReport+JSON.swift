import Foundation
import Lowering
import Networks

extension PlanReport: Codable {
    private static let format = "sapool-plan"
    private static let version = 5

    private enum CodingKeys: String, CodingKey {
        case format, version, network, resolution, width, parameters, core, instructions, alignment, convention,
            warnings
        case fits, layers, attentions, steps, buffers, stripes, sharings
        case multiplyAccumulates = "macs"
        case estimatedCycles = "estimated_cycles"
        case timingTable = "timing_table"
        case megahertz
        case estimatedMilliseconds = "estimated_milliseconds"
        case arenaBytes = "arena_bytes"
        case lowerBoundBytes = "lower_bound_bytes"
        case isOptimal = "is_optimal"
        case reservedBytes = "reserved_bytes"
        case peakSRAMBytes = "peak_sram_bytes"
        case arenaBytesWithoutStripes = "arena_bytes_without_stripes"
        case arenaBytesWithStripes = "arena_bytes_with_stripes"
        case arenaBytesRowsPushed = "arena_bytes_rows_pushed"
        case imagePassesRowsPushed = "image_passes_rows_pushed"
        case pushesRows = "pushes_rows"
        case simplePeakBytes = "simple_peak_bytes"
        case retainingPeakBytes = "retaining_peak_bytes"
        case flashBytes = "flash_bytes"
        case weightsBytes = "weights_bytes"
        case codeBytes = "code_bytes"
        case windowBytes = "window_bytes"
        case stateBytes = "state_bytes"
        case stackBytes = "stack_bytes"
        case peakStep = "peak_step"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard try container.decode(String.self, forKey: .format) == Self.format else {
            throw PlanningError("the JSON is not a plan: its \"format\" is not \"\(Self.format)\"")
        }
        let version = try container.decode(Int.self, forKey: .version)
        guard version == Self.version else {
            throw PlanningError("the plan has version \(version), and this program reads version \(Self.version)")
        }
        network = try container.decode(String.self, forKey: .network)
        resolution = try container.decode(Resolution.self, forKey: .resolution)
        width = try container.decode(Double?.self, forKey: .width)
        parameters = try container.decode(Int.self, forKey: .parameters)
        multiplyAccumulates = try container.decode(Int.self, forKey: .multiplyAccumulates)
        core = try container.decode(Core.self, forKey: .core)
        instructions = try container.decode(Int.self, forKey: .instructions)
        estimatedCycles = try container.decode(Int.self, forKey: .estimatedCycles)
        megahertz = try container.decodeIfPresent(Double.self, forKey: .megahertz)
        alignment = try container.decode(Int.self, forKey: .alignment)
        reservedBytes = try container.decode(Int.self, forKey: .reservedBytes)
        arenaBytes = try container.decode(Int.self, forKey: .arenaBytes)
        lowerBoundBytes = try container.decode(Int.self, forKey: .lowerBoundBytes)
        isOptimal = try container.decode(Bool.self, forKey: .isOptimal)
        arenaBytesWithoutStripes = try container.decode(Int.self, forKey: .arenaBytesWithoutStripes)
        arenaBytesWithStripes = try container.decode(Int.self, forKey: .arenaBytesWithStripes)
        arenaBytesRowsPushed = try container.decode(Int.self, forKey: .arenaBytesRowsPushed)
        // Plans of before images were pushed twice do not say it.
        imagePassesRowsPushed = try container.decodeIfPresent(Int.self, forKey: .imagePassesRowsPushed) ?? 1
        simplePeakBytes = try container.decode(Int.self, forKey: .simplePeakBytes)
        retainingPeakBytes = try container.decode(Int.self, forKey: .retainingPeakBytes)
        func figure(_ key: CodingKeys) throws -> Int {
            let value = try container.decode(Int.self, forKey: key)
            guard (0...1 << 53).contains(value) else {
                throw PlanningError("the plan's \(key.rawValue) is \(value): use 0 to 2⁵³")
            }
            return value
        }
        let (windows, state, stack) = (try figure(.windowBytes), try figure(.stateBytes), try figure(.stackBytes))
        let reserved = try figure(.reservedBytes)
        footprint = Footprint(
            weights: try figure(.weightsBytes), code: try figure(.codeBytes),
            arena: try figure(.peakSRAMBytes) - windows - state - stack - reserved, windows: windows, state: state,
            stack: stack)
        convention = try container.decode(String.self, forKey: .convention)
        warnings = try container.decode([String].self, forKey: .warnings)
        fits = try container.decodeIfPresent(Verdicts.self, forKey: .fits)
        layers = try container.decode([Layer].self, forKey: .layers)
        attentions = try container.decode([AttentionCost].self, forKey: .attentions)
        steps = try container.decode([Step].self, forKey: .steps)
        peakStep = try container.decode(Int.self, forKey: .peakStep)
        buffers = try container.decode([Buffer].self, forKey: .buffers)
        pushesRows = try container.decode(Bool.self, forKey: .pushesRows)
        stripes = try container.decode([Stripe].self, forKey: .stripes)
        sharings = try container.decode([MemoryPlan.Sharing].self, forKey: .sharings)
        try validate()
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.format, forKey: .format)
        try container.encode(Self.version, forKey: .version)
        try container.encode(network, forKey: .network)
        try container.encode(resolution, forKey: .resolution)
        try container.encode(width, forKey: .width)
        try container.encode(parameters, forKey: .parameters)
        try container.encode(multiplyAccumulates, forKey: .multiplyAccumulates)
        try container.encode(core, forKey: .core)
        try container.encode(instructions, forKey: .instructions)
        try container.encode(estimatedCycles, forKey: .estimatedCycles)
        try container.encode(core.timingTable, forKey: .timingTable)
        try container.encodeIfPresent(megahertz, forKey: .megahertz)
        try container.encodeIfPresent(estimatedMilliseconds, forKey: .estimatedMilliseconds)
        try container.encode(alignment, forKey: .alignment)
        try container.encode(reservedBytes, forKey: .reservedBytes)
        try container.encode(isOptimal, forKey: .isOptimal)
        try container.encode(arenaBytes, forKey: .arenaBytes)
        try container.encode(lowerBoundBytes, forKey: .lowerBoundBytes)
        try container.encode(peakSRAMBytes, forKey: .peakSRAMBytes)
        try container.encode(arenaBytesWithoutStripes, forKey: .arenaBytesWithoutStripes)
        try container.encode(arenaBytesWithStripes, forKey: .arenaBytesWithStripes)
        try container.encode(arenaBytesRowsPushed, forKey: .arenaBytesRowsPushed)
        try container.encode(imagePassesRowsPushed, forKey: .imagePassesRowsPushed)
        try container.encode(simplePeakBytes, forKey: .simplePeakBytes)
        try container.encode(retainingPeakBytes, forKey: .retainingPeakBytes)
        try container.encode(flashBytes, forKey: .flashBytes)
        try container.encode(footprint.weightsBytes, forKey: .weightsBytes)
        try container.encode(footprint.codeBytes, forKey: .codeBytes)
        try container.encode(footprint.windowBytes, forKey: .windowBytes)
        try container.encode(footprint.stateBytes, forKey: .stateBytes)
        try container.encode(footprint.stackBytes, forKey: .stackBytes)
        try container.encode(convention, forKey: .convention)
        try container.encode(warnings, forKey: .warnings)
        try container.encodeIfPresent(fits, forKey: .fits)
        try container.encode(layers, forKey: .layers)
        try container.encode(attentions, forKey: .attentions)
        try container.encode(steps, forKey: .steps)
        try container.encode(peakStep, forKey: .peakStep)
        try container.encode(buffers, forKey: .buffers)
        try container.encode(pushesRows, forKey: .pushesRows)
        try container.encode(stripes, forKey: .stripes)
        try container.encode(sharings, forKey: .sharings)
    }

    /// Reads a report from its JSON form.
    ///
    /// - Throws: `PlanningError`, one sentence that says which part is wrong.
    public init(json: Data) throws {
        do {
            self = try JSONDecoder().decode(PlanReport.self, from: json)
        } catch let error as PlanningError {
            throw error
        } catch let error as DecodingError {
            throw PlanningError("the JSON is not a plan: \(error.sentence(of: json))")
        }
    }

    /// The JSON form, readable and with a stable order of keys.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}

extension PlanReport.Resolution: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let side = try? container.decode(Int.self) {
            self.init(height: side, width: side)
            return
        }
        let sides = try container.decode(String.self).split(separator: "x").compactMap { Int($0) }
        guard sides.count == 2 else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a resolution is a whole number or \"HxW\"")
        }
        self.init(height: sides[0], width: sides[1])
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if height == width {
            try container.encode(height)
        } else {
            try container.encode("\(height)x\(width)")
        }
    }
}
