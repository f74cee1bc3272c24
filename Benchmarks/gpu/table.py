"""The results as text, for pages and for people."""

import statistics


def text(results):
    last = {(r["block"], r["key"]): r for r in results}.values()
    return "\n\n".join(part for part in (machine(last), everything(last), throughput(last), busy(last), attention(last), science(last)) if part)


def of(results, block):
    return [r for r in results if r["block"] == block]


def machine(results):
    return "\n".join(", ".join(f"{k} {v}" for k, v in r.items() if k not in ("block", "key")) for r in of(results, "machine"))


def everything(results):
    rows = of(results, "everything")
    if not rows:
        return ""
    failed = [r for r in rows if "error" in r]
    lines = [f"everything: {len(rows) - len(failed)} of {len(rows)} went well"]
    return "\n".join(lines + [f"  {r['key']}: {r['error']}" for r in failed])


def throughput(results):
    lines = []
    for r in of(results, "throughput"):
        own = r.get("sides", {}).get("sapool", {}).get("images_per_second")
        for side, f in r.get("sides", {}).items():
            if "images_per_second" not in f:
                lines.append(f"{r['key']:56}{side:10}{f.get('error', '')}")
                continue
            ratio = f"{own / f['images_per_second']:6.2f}×" if own else "       "
            lines.append(f"{r['key']:56}{side:10}{f['images_per_second']:10.0f} images/s ±{f['spread']:4.0%}"
                         f"{ratio}{f.get('mebibytes', 0):9d} MiB  batch {f['batch']}: "
                         f"{f.get('mebibytes', 0) / f['batch']:.1f} MiB an image")
    return "\n".join(lines)


def busy(results):
    return "\n".join(
        f"{r['key']:56}" + (r["error"] if "error" in r else f"{r['images_per_second']:10.0f} images/s from files, "
                            f"{r['share']:.0%} of steps alone; GPU busy {r['utilization'] or '–'} %") for r in of(results, "busy"))


def attention(results):
    lines = []
    for r in of(results, "attention"):
        shown = ("  ".join(f"{name} {'–' if ms is None else ms}" for name, ms in r.get("milliseconds", {}).items()))
        lines.append(f"{r['key']:56}{shown or r.get('error', '')}")
    return "\n".join(lines)


def science(results):
    cells = {}
    for r in of(results, "science"):
        if "accuracy" in r:
            cells.setdefault((r["key"].rsplit(",", 1)[0], r["epochs"]), []).append(r["accuracy"] * 100)
    return "\n".join(
        f"{name:40}{epochs:3d} epochs  {statistics.mean(a):6.2f} %  of {len(a)} seeds"
        + (f"  ± {statistics.stdev(a):.2f}" if len(a) > 1 else "") for (name, epochs), a in cells.items())
