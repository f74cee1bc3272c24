"""The tables of Documentation/MLPerfTiny.md, of what was measured."""

from models import BOARDS, CORES, PUBLISHED, REFERENCES

BEGIN, END = "<!-- What follows is written by Benchmarks/mlperf/run --page. -->", "<!-- What was written ends here. -->"
NAMES = {"m4": "M4", "m7": "M7", "m33": "M33", "m55": "M55"}


def write(text, page):
    """Puts the tables between the page's two marks."""
    content = page.read_text()
    if BEGIN not in content or END not in content:
        raise SystemExit(f"mlperf: {page} has not both marks, {BEGIN} and {END}: put them where the tables go.")
    before, rest = content.split(BEGIN, 1)
    page.write_text(before + BEGIN + "\n\n" + text + "\n" + END + rest.split(END, 1)[1])


def number(value):
    """With thousands apart; what was not measured is a dash."""
    return "–" if value is None else f"{value:,}".replace(",", " ") if isinstance(value, int) else str(value)


def rows(head, body):
    """A table; columns whose head ends with a colon are set to the right."""
    marks = ["---:" if title.endswith(":") else "---" for title in head]
    lines = [[title.rstrip(":") for title in head], marks, *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


class Figures:
    """What the records say of a model; None where nothing was measured, or it failed."""

    def __init__(self, records):
        self.records = records
        titles = [reference.title for reference in REFERENCES]
        found = [record for (_, step, _, _), record in records.last.items() if step == "model" and "kind" in record]
        found.sort(key=lambda one: (titles.index(one["title"]) if one["title"] in titles else len(titles), one["model"]))
        self.all = found
        self.int8 = [one["model"] for one in found if one["kind"] == "int8"]
        self.references = {one["title"]: one["model"] for one in found if one["title"]}

    def get(self, model, step, name, core=None):
        record = self.records.get(model, step, core)
        return record.get(name) if record and "error" not in record else None

    def equal(self, model, step, core=None):
        """`6 of 6`, or what went wrong."""
        record = self.records.get(model, step, core)
        if record is None:
            return "–"
        if "error" in record:
            return "failed" if step == "forward" else "not run"
        return f"{record['equal']} of {record['samples']}"

    def heading(self, model):
        one = next(one for one in self.all if one["model"] == model)
        return f"`{model}`: {one['title'] or one['file']}"


def text(records):
    figures = Figures(records)
    parts = [machine(records), "## What was set out\n", targets(figures), "## Memory\n", memory(figures), "## The same bytes\n", equality(figures),
             "## Linked and counted\n", cores(figures), "## Photographs\n", photographs(figures), failures(records)]
    return "\n".join(part for part in parts if part)


def machine(records):
    facts = records.get("", "machine")
    if not facts:
        return ""
    return (f"Measured on {facts['day']} on {facts['processors']} cores of an {facts['processor']} ({facts['system']}); {facts['sapool'] or 'sapool –'}, LiteRT {facts['litert'] or '–'}, "
            f"TFLM {facts['tflm'] or '–'}, QEMU {facts['qemu'] or '–'}.\n")


def targets(figures):
    body = []
    for reference in REFERENCES:
        model = figures.references.get(reference.title)
        least = figures.get(model, "tflm", "smallest_arena_bytes")
        for what, key, target in (("in stripes", "arena_bytes_with_stripes", reference.in_stripes),
                                  ("rows pushed", "arena_bytes_rows_pushed", reference.rows_pushed)):
            if target:
                value = figures.get(model, "plan", key, CORES[0])
                body.append([f"{reference.title}: arena {what}", number(least), f"≤ {number(target)}", number(value),
                             "–" if value is None else "yes" if value <= target else "no", f"`sapool plan {model} --json`"])
    body.append(counted(figures, "forward", None, "samples with LiteRT's bytes, on the host", "`sapool forward --network NAME --int8 …`"))
    for core in CORES:
        body.append(counted(figures, "emulate", core, f"the same, on the emulated {NAMES[core]}",
                            f"`sapool simulate NAME-{core} --qemu --core {core} …`"))
    imports = [record for one in figures.all if (record := figures.records.get(one["model"], "import"))]
    seconds = [record["seconds"] for record in imports if "error" not in record]
    refused = len(imports) - len(seconds)
    slowest = number(max(seconds, default=None)) + (f", {refused} of {len(imports)} refused" if refused else "")
    body.append(["import of the slowest, seconds", "–", "< 2", slowest,
                 "–" if not imports else "yes" if not refused and max(seconds) < 2 else "no",
                 "`sapool import $MODELS/NAME.tflite --output NAME`"])
    same, images = totals(figures)
    body.append(["photographs with LiteRT's top-1, ImageNet's MobileNetV2", "–", "1 000 of 1 000", f"{number(same)} of {number(images)}" if images else "–",
                 "–" if not images else "no" if same < images else "yes" if images >= 1000 else "so far", "`Benchmarks/mlperf/run --photographs FOLDER`"])
    return rows(["", "TFLM's arena:", "to reach:", "measured:", "reached", "command"], body)


def counted(figures, step, core, what, command):
    """A row that sums over the models. A model that is too large for the board is left out and said; any other failure is a target missed."""
    found = [record for model in figures.int8 if (record := figures.records.get(model, step, core))]
    run = [record for record in found if "error" not in record]
    too_large = sum("not fit" in record.get("error", "") for record in found)
    missing = len(figures.int8) - len(run) - too_large
    equal, samples = sum(record["equal"] for record in run), sum(record["samples"] for record in run)
    value = f"{number(equal)} of {number(samples)}" if run else "–"
    for count, why in ((too_large, "too large"), (missing, "not run")):
        if run and count:
            value += f", {count} of {len(figures.int8)} models {why}"
    reached = "–" if not found else "yes" if run and equal == samples and not missing else "no"
    return [what, "–", "100 %", value, reached, command]


def memory(figures):
    body = []
    for model in figures.int8:
        def plan(name):
            return figures.get(model, "plan", name, CORES[0])

        least, stripes = figures.get(model, "tflm", "smallest_arena_bytes"), plan("arena_bytes_with_stripes")
        body.append([figures.heading(model), number(least), number(figures.get(model, "tflm", "activations_bytes")),
                     number(plan("arena_bytes_without_stripes")), number(stripes), number(plan("arena_bytes_rows_pushed")),
                     f"{least / stripes:.1f}×" if least and stripes else "–", number(plan("peak_sram_bytes")),
                     number(plan("sram_bytes_rows_pushed")), number(plan("flash_bytes"))])
    head = ["", "TFLM's smallest arena:", "activations of it:", "our arena, whole:", "in stripes:", "rows pushed:", "TFLM / stripes:",
            "all SRAM, stripes:", "all SRAM, pushed:", "flash, M4:"]
    return "Bytes. `sapool plan NAME --core m4 --json`, and with `--push-rows`.\n\n" + rows(head, body)


def equality(figures):
    head = ["", "import, s:", "inside", "host:", *[f"{NAMES[core]}:" for core in CORES], "TFLM itself:"]
    body = []
    for one in figures.all:
        model, kind = one["model"], one["kind"]
        seconds, micro = figures.get(model, "import", "seconds"), figures.get(model, "tflm", "equal_to_litert")
        body.append([figures.heading(model), number(seconds), kind,
                     *([figures.equal(model, "forward"), *[figures.equal(model, "emulate", core) for core in CORES]]
                       if kind == "int8" else [""] * (1 + len(CORES))),
                     "–" if micro is None else f"{micro} of {figures.get(model, 'tflm', 'samples')}"])
    return ("Samples whose answer is LiteRT's bit for bit. Models that are not int8 inside have no bytes to compare; they are imported as networks "
            "of real numbers.\n\n" + rows(head, body))


def cores(figures):
    body = []
    for model in figures.int8:
        reference = next((one for one in REFERENCES if figures.references.get(one.title) == model), None)
        for core in CORES:
            def counted(name):
                return figures.get(model, "emulate", name, core)

            if not (reference or figures.records.get(model, "plan", core)):
                continue
            pace = reference.throughput.get(core) if reference else None
            published = f"{number(round(BOARDS[core][1] / pace / 1000) * 1000)}" if pace else "–"
            body.append([f"`{model}`", NAMES[core], number(counted("flash_bytes")), number(counted("sram_bytes")), number(counted("instructions")),
                         number(figures.get(model, "plan", "instructions", core)), number(counted("estimated_cycles")), published])
    head = ["", "core", "flash, B:", "SRAM, B:", "instructions:", "planned:", "est. cycles:", "ST, cycles:"]
    boards = ", ".join(f"{NAMES[core]} {board} at {hertz / 1e6:.0f} MHz" for core, (board, hertz) in BOARDS.items())
    return (f"`sapool export NAME --format firmware --numbers --core CORE --output NAME-CORE && sapool simulate NAME-CORE --qemu --core CORE --input X "
            f"--output Y --json`. ST's are measured, ours are not: clock over the median throughput of [MLPerf Tiny 1.3's closed submissions]({PUBLISHED}) "
            f"with X-CUBE-AI 10.2 ({boards}).\n\n" + rows(head, body))


def totals(figures):
    done = [record for one in figures.all for record in figures.records.parts(one["model"], "photographs") if "error" not in record]
    return sum(record["equal_top1"] for record in done), sum(record["images"] for record in done)


def photographs(figures):
    body = []
    for one in figures.all:
        done = [record for record in figures.records.parts(one["model"], "photographs") if "error" not in record]
        if done:
            def total(name):
                return sum(record[name] for record in done) if all(name in record for record in done) else None

            body.append([figures.heading(one["model"]),
                         *[number(total(name)) for name in ("images", "equal_top1", "equal_bytes", "right", "right_litert")]])
    if not body:
        return "Not run yet: `Benchmarks/mlperf/run --models FOLDER --photographs FOLDER`.\n"
    return rows(["", "photographs:", "the same top-1:", "the same bytes:", "ours right:", "LiteRT right:"], body)


def shortened(text, most=200):
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + " …"


def failures(records):
    lines = []
    for (model, step, core, part), record in sorted(records.last.items(), key=lambda item: [str(x) for x in item[0]]):
        where = " ".join(str(x) for x in (model, step, core, part) if x is not None)
        if "error" in record:
            lines.append(f"- {where}: {shortened(record['error'])}" + (f" (`{record['command']}`)" if "command" in record else ""))
        elif record.get("other"):
            lines.append(f"- {where}: another class than LiteRT's for {', '.join(record['other'])}")
        elif "equal" in record and record["equal"] < record["samples"]:
            lines.append(f"- {where}: {number(record['numbers_differing'])} numbers differ from LiteRT's, by {record['largest_difference']:g} at the most")
    return "## What failed or differs\n\n" + "\n".join(lines) + "\n" if lines else ""
