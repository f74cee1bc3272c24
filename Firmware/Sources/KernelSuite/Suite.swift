import DeviceRuntime

/// Runs every kernel once on made-up numbers, each between the counter's marks, and prints a line for each.
public func runKernelSuite() {
    var bench = Bench()
    runConvolutions(&bench)
    runElementwise(&bench)
    runPooling(&bench)
    runShaping(&bench)
    runAttention(&bench)
}
