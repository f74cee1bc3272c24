import ArgumentParser
import Planning

/// How a device goes through a network: map by map or row by row, and how its image arrives.
package struct StripeOptions: ParsableArguments {
    @Option(help: "Run chains of operations row by row: auto where it helps, on (an error where it nowhere does), off.")
    package var stripes: StripeMode = .auto

    @Flag(
        help: """
            The image arrives row by row and is not held: it is pushed twice where the network looks at all of it first (glance).
            """)
    package var pushRows = false

    package init() {}

    package func validate() throws {
        if pushRows, stripes == .off {
            throw ValidationError("--push-rows needs stripes, and --stripes is off: leave one of them out.")
        }
    }

    /// The planner's options that say so.
    package func planOptions(alignment: Int = PlanOptions().alignment) -> PlanOptions {
        PlanOptions(stripes: stripes, pushesRows: pushRows, alignment: alignment)
    }
}
