import Board
import DeviceRuntime

func runAttention(_ bench: inout Bench) {
    attend(&bench, "attention-6x6-32-h2", MapSize(height: 6, width: 6, channels: 32), heads: 2)
    attend(&bench, "attention-24x24-10-h2", MapSize(height: 24, width: 24, channels: 10), heads: 2)
}

private func attend(_ bench: inout Bench, _ name: StaticString, _ size: MapSize, heads: Int) {
    bench.start()
    let (channels, tokens) = (size.channels, size.height &* size.width)
    let input = MapRows(bench.numbers(tokens &* channels), size)
    let square = channels &* channels
    let weights = AttentionWeights(
        query: bench.numbers(square), bench.scale(channels, depth: channels, zero: 0), key: bench.numbers(square),
        bench.scale(channels, depth: channels, zero: 0), value: bench.numbers(square),
        bench.scale(channels, depth: channels, zero: 0), output: bench.numbers(square),
        bench.scale(channels, depth: channels))
    let geometry = AttentionGeometry(
        size: size, heads: heads, zero: -3, octaves: Multiplier(1_300_000_000, shift: -4))
    let memory = AttentionMemory(
        keysAndValues: bench.bytes(2 &* tokens &* channels), scores: bench.words(tokens), token: bench.bytes(channels))
    let output = bench.bytes(tokens &* channels)
    board_begin()
    var y = 0
    while y < size.height {
        attendRow(y, input, geometry, weights, memory, to: output + y &* size.rowBytes)
        y = y &+ 1
    }
    board_end()
    bench.report(
        name, products: 4 &* tokens &* square &+ 2 &* tokens &* tokens &* channels, output, tokens &* channels)
}
