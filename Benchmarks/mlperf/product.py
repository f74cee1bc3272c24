"""Our side: what `sapool` makes of a model. Each function runs one command, and returns its figures with the command as one types it."""

import json
import os
import shlex
import subprocess
import time

from models import digest
from records import Failure
from tensors import compared

PATIENCE = 900  # seconds for one command


class Product:
    """The command line, working in a folder; paths of models are shown as `$MODELS/…`."""

    def __init__(self, sapool, work, models):
        self.sapool, self.work, self.models = os.path.abspath(sapool), work, models
        # The program that loads libtorch lies beside the one that does not, and does some of the verbs.
        files = [self.sapool, os.path.join(os.path.dirname(self.sapool), "sapool-torch")]
        self.by = "+".join(digest(file)[:12] for file in files if os.path.exists(file))

    def version(self):
        """As it names itself, with the day of the binary, since a version lasts longer than a measurement."""
        return f"sapool {self.run('--version').strip()} ({time.strftime('%Y-%m-%d %H:%M', time.localtime(os.path.getmtime(self.sapool)))})"

    def shown(self, arguments):
        return self.placeless(shlex.join(["sapool", *map(str, arguments)]))

    def placeless(self, text):
        """Without this machine's folder of models, since figures are shown to others."""
        return text.replace(f"{self.models}/", "$MODELS/")

    def run(self, *arguments):
        """What the command prints. Its message is the failure's sentence."""
        command = self.shown(arguments)
        try:
            done = subprocess.run([self.sapool, *map(str, arguments)], cwd=self.work, capture_output=True, text=True,
                                  timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"it took more than {PATIENCE} seconds", command) from None
        except OSError as error:
            raise Failure(f"{self.sapool} cannot be run: {error.strerror}", command) from None
        if done.returncode:
            raise Failure(self.placeless(sentence(done.stderr)) or f"it ended with status {done.returncode}", command)
        return done.stdout

    def json(self, *arguments):
        try:
            return json.loads(self.run(*arguments))
        except ValueError:
            raise Failure("it printed no JSON", self.shown(arguments)) from None

    def imported(self, model, times=3):
        """The fastest of some imports: what it costs, not what else the machine did."""
        arguments = ["import", model.file, "--output", model.name]
        seconds = []
        for _ in range(times):
            start = time.perf_counter()
            self.run(*arguments)
            seconds.append(time.perf_counter() - start)
        return {"seconds": round(min(seconds), 3), "command": self.shown(arguments)}

    def forwarded(self, model, source, expected):
        answers = f"{model.name}.host.safetensors"
        arguments = ["forward", "--network", model.name, "--int8", "--input", source, "--output", answers]
        self.run(*arguments)
        return {**self.compared(expected, answers, arguments), "command": self.shown(arguments)}

    def planned(self, model, core):
        """Arenas are the same for all cores; flash and instructions are not. SRAM is all of it, with rows pushed too."""
        arguments = ["plan", model.name, "--core", core, "--json"]
        plan, pushed = self.json(*arguments), self.json(*arguments, "--push-rows")
        names = ["arena_bytes_without_stripes", "arena_bytes_with_stripes", "arena_bytes_rows_pushed", "lower_bound_bytes",
                 "peak_sram_bytes", "flash_bytes", "weights_bytes", "instructions", "macs"]
        try:
            figures = {name: plan[name] for name in names}
            return {**figures, "sram_bytes_rows_pushed": pushed["peak_sram_bytes"], "command": self.shown(arguments)}
        except (KeyError, TypeError) as error:
            raise Failure(f"the plan does not say {error}", self.shown(arguments)) from None

    def emulated(self, model, core, source, expected):
        firmware, answers = f"{model.name}-{core}", f"{model.name}-{core}.safetensors"
        export = ["export", model.name, "--format", "firmware", "--numbers", "--core", core, "--output", firmware]
        arguments = ["simulate", firmware, "--qemu", "--core", core, "--input", source, "--output", answers, "--json"]
        self.run(*export)
        said = self.json(*arguments)
        names = ["instructions", "estimated_cycles", "flash_bytes", "sram_bytes", "stack_bytes", "arena_bytes"]
        return {**self.compared(expected, answers, arguments), **{name: said[name] for name in names if said.get(name) is not None},
                "command": f"{self.shown(export)} && {self.shown(arguments)}"}

    def compared(self, expected, answers, arguments):
        try:
            return compared(expected, os.path.join(self.work, answers))
        except Failure as failure:
            raise Failure(str(failure), self.shown(arguments)) from None


def sentence(text):
    """The message in what a command wrote to standard error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("Error:")]
    return (errors or lines or [""])[0].removeprefix("Error: ")
