"""What a GPU makes of sapool, beside plain PyTorch: correctness first, then speed and memory, then trainings that tell methods apart.

    Scripts/portable --cuda                                  # where Swift is
    Benchmarks/gpu/run --sapool sapool-2.11/sapool --images imagenette-128
    Benchmarks/gpu/run --sapool .build/release/sapool --dry-run     # every block at toy size, on the processor

Blocks come by their worth, and each result is written when it is there (results.jsonl in --results). Started again, it goes on
with what is not in that file. The time given is for the whole call.
"""

import argparse
import os
import sys
import tempfile

import attention
import busy
import everything
import science
import table
import throughput
from session import Session, Sizes

BLOCKS = {
    "everything": everything.measure,
    "throughput": throughput.measure,
    "busy": busy.measure,
    "attention": attention.measure,
    "science": science.measure,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sapool", required=True, help="the program: of Scripts/portable, or of a build")
    parser.add_argument("--torch", help="PyTorch's folder for it (default: the one of this Python)")
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--images", help="a folder with train/CLASS and val/CLASS, for the last block")
    parser.add_argument("--results", default=os.path.join(tempfile.gettempdir(), "sapool-gpu"))
    parser.add_argument("--seconds", type=float, default=840, help="time for all of it")
    parser.add_argument("--blocks", default=",".join(BLOCKS), help="which ones, in this order: " + ", ".join(BLOCKS))
    parser.add_argument("--dry-run", action="store_true", help="toy sizes on the processor, to see that all of it goes through")
    options = parser.parse_args()
    unknown = [name for name in options.blocks.split(",") if name not in BLOCKS]
    if unknown:
        sys.exit(f"there is no block {unknown[0]}: choose among {', '.join(BLOCKS)}")
    if options.dry_run:
        options.device = "cpu"
    session = Session(options, Sizes.toy() if options.dry_run else Sizes.full())
    session.describe_machine()
    for name in options.blocks.split(","):
        if session.left() < 10:
            session.say(f"no time left for {name}")
            break
        session.say(f"block {name}, {session.left():.0f} s left")
        try:
            BLOCKS[name](session)
        except Exception as error:  # One block's fault takes no time from the others.
            session.record(name, "fault", error=f"{type(error).__name__}: {error}")
    print(table.text(session.results()))
    return 1 if session.has_failures() else 0


sys.exit(main())
