"""What was measured, one JSON object a line, written as it goes: a run that was stopped goes on where it was."""

import json


class Records:
    """A record says what (`model`, `step`, `core`, `part`), with which tools (`by`), and the figures, or `error`."""

    def __init__(self, path):
        self.path = path
        self.last = {}
        if path.exists():
            content = path.read_text()
            # A run that was killed may have left half a line, to which the next record must not be added.
            if content and not content.endswith("\n"):
                path.write_text(content + "\n")
            for number, line in enumerate(content.splitlines(), start=1):
                try:
                    self.keep(json.loads(line))
                except (ValueError, KeyError):
                    print(f"{path}, line {number}: no record, left out")

    @staticmethod
    def key(record):
        return record["model"], record["step"], record.get("core"), record.get("part")

    def keep(self, record):
        self.last[self.key(record)] = record

    def get(self, model, step, core=None, part=None):
        """The last record; one of a failure says so in `error`."""
        return self.last.get((model, step, core, part))

    def forget(self, model, step):
        """Has it measured again: what it left on the disk is gone."""
        self.last.pop((model, step, None, None), None)

    def parts(self, model, step):
        """Records of a step that goes in parts."""
        return [record for key, record in self.last.items() if key[:2] == (model, step)]

    def measure(self, by, work, model, step, core=None, part=None):
        """What `work` returns, a dictionary, unless the same tools have measured it. A failure is noted, and tried again next time."""
        old = self.get(model, step, core, part)
        if old and old["by"] == by and "error" not in old:
            return old
        record = {"model": model, "step": step, "by": by}
        if core:
            record["core"] = core
        if part is not None:
            record["part"] = part
        try:
            record.update(work())
        except Failure as failure:
            record["error"] = str(failure)
            if failure.command:
                record["command"] = failure.command
        self.add(record)
        return record

    def add(self, record):
        self.keep(record)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
        where = " ".join(str(x) for x in self.key(record) if x is not None)
        print(f"{where}: {record.get('error') or summary(record)}", flush=True)

    def tidy(self):
        """Leaves the last record of each measurement, in an order that does not depend on the run."""
        if not self.last:
            return
        ordered = sorted(self.last.values(), key=lambda record: [str(x) for x in self.key(record)])
        unfinished = self.path.with_suffix(".part")
        unfinished.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in ordered))
        unfinished.replace(self.path)


class Failure(Exception):
    """Something that could not be measured, in a sentence."""

    def __init__(self, sentence, command=None):
        super().__init__(sentence)
        self.command = command


def summary(record):
    hidden = ("model", "step", "core", "part", "by", "command")
    return ", ".join(f"{key} {value}" for key, value in record.items() if key not in hidden)
