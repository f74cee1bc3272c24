import Board
import KernelSuite

@main
struct KernelCheck {
    static func main() {
        runKernelSuite()
        board_exit(0)
    }
}
