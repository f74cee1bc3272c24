import ArgumentParser

/// The command line: `sapool VERB`, one file a verb in `Verbs/`.
@main
struct Sapool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sapool",
        abstract: "From a folder of labelled images to a vision model that fits a microcontroller.",
        discussion: """
            Networks are named in the authors' notation or in ours; Documentation/Notation.md explains both:

              mobilenet_v2-nlp_headfix2-1222121
              'mobilenet-v2(width=0.35, pool=self-attentive(patch=2, restoration=subpixel))'

            A first session:

              sapool plan 'plain-cnn(pool=self-attentive(patch=2, restoration=subpixel))' --resolution 28 --channels 1
              sapool train --network 'plain-cnn(pool=self-attentive(patch=2, restoration=subpixel))' \\
                  --data fashion-mnist --epochs 3 --output runs/first
              sapool evaluate runs/first
              sapool predict runs/first shoe.png

            Exit status: 0 done, 1 failed, 64 wrong usage.
            """,
        version: "0.1.0",
        subcommands: [Train.self, Evaluate.self, Predict.self, Forward.self])
}
