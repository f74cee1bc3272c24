#!/usr/bin/env python3
"""What a trained glance (Documentation/Glance.md) does, and what the network is without parts of it.

    Experiments/glance_look.py runs/glance-final/runs/both-…/seed-1 data/imagenette-128/val

It prints the accuracy of the network as it is, with attention that looks at all tokens alike, without what attention adds, and with
gains, shifts and logits that are the same for all places, for all images, or for both; then how much attention differs from looking
at all tokens alike, and of what the gains and shifts depend. Nothing is trained anew. It works outside of sapool, on the exported ONNX.

Needs onnx, onnxruntime, Pillow below 13 and numpy; SAPOOL names the binary.
"""
import argparse
import pathlib
import tempfile

import numpy
import onnx
import onnxruntime

from second_look import Photographs, export

# What the poolings hear of the tokens, by the ends of its values' names: logits' factors, 1 + γ and β.
HEARD = ("weight.global.1", "value.gain.1", "value.shift.0")
SHARES = "attention/shares"
ADDED = ".attention"
# In place of a value: its mean over places.
PLACES = "places"


def values(model, names, images):
    """The named values for all images."""
    asked = onnx.ModelProto()
    asked.CopyFrom(model)
    known = {output.name for output in asked.graph.output}
    asked.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in known)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(asked.SerializeToString(), options, providers=["CPUExecutionProvider"])
    parts = [session.run(names, {"input": images[start : start + 64]}) for start in range(0, len(images), 64)]
    return [numpy.concatenate(part) for part in zip(*parts)]


def replaced(model, replacements):
    """The model in which readers of a value read something else: its mean over places (`PLACES`), or a given number or map."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    graph = changed.graph
    for number, (name, by) in enumerate(replacements.items()):
        new, zero, mean = (f"replacement{number}.{what}" for what in ("new", "zero", "mean"))
        for node in graph.node:
            node.input[:] = [new if operand == name else operand for operand in node.input]
        # What is written is added to zero times the value, which has the shape for any number of images.
        nodes = [("Sub", [name, name], zero), ("Add", [zero, mean], new)]
        if isinstance(by, str):
            nodes.insert(0, ("GlobalAveragePool", [name], mean))
        else:
            graph.initializer.append(onnx.numpy_helper.from_array(numpy.asarray(by, numpy.float32), mean))
        behind = 1 + next(index for index, node in enumerate(graph.node) if name in node.output)
        for offset, (kind, operands, result) in enumerate(nodes):
            graph.node.insert(behind + offset, onnx.helper.make_node(kind, operands, [result]))
    return changed


def spread(maps):
    """Of what maps `[N, C, H, W]` depend: shares of their variance between images, between places, and of both together."""
    whole = maps.var(axis=(0, 2, 3)).sum()
    images = maps.mean(axis=(2, 3)).var(axis=0).sum() / whole
    places = maps.mean(axis=0).var(axis=(1, 2)).sum() / whole
    return images, places, 1 - images - places


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("images", type=pathlib.Path, help="a folder with a folder of images for each class")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = onnx.load(export(options.run, folder))
    made = [name for node in model.graph.node for name in node.output]
    heard = [name for name in made if name.endswith(HEARD)]
    shares = [name for name in made if name.endswith(SHARES)]
    added = [name for name in made if name.startswith("glance.") and name.endswith(ADDED)]
    photographs = Photographs(options.run, options.images)
    images, labels = numpy.concatenate(list(photographs.batches())), photographs.labels
    output = model.graph.output[0].name
    found = dict(zip(heard + shares, values(model, heard + shares, images)))

    kinds = {"as it is": {}}
    if shares:
        kinds["attention looks at all tokens alike"] = {name: 1 / found[name].shape[-1] for name in shares}
        kinds["without what attention adds"] = {name: 0 for name in added}
    places = {name: PLACES for name in heard if found[name].shape[2:] != (1, 1)}
    if places:
        kinds["what is heard is the same for all places"] = places
    kinds["the same for all images"] = {name: found[name].mean(axis=0, keepdims=True) for name in heard}
    kinds["the same for all places and images"] = {name: found[name].mean(axis=(0, 2, 3), keepdims=True) for name in heard}
    print(f"{len(images)} images; accuracy, %:")
    for kind, replacements in kinds.items():
        said = values(replaced(model, replacements), [output], images)[0].argmax(1)
        print(f"  {100 * (said == labels).mean():5.2f}  {kind}")
    for name in shares:
        share = found[name].astype(numpy.float64)
        entropy = -(share * numpy.log(numpy.maximum(share, 1e-12))).sum(-1) / numpy.log(share.shape[-1])
        print(f"entropy of {name}, of the most it can be: {', '.join(f'{one:.3f}' for one in entropy.mean(axis=(0, 2)))} (heads)")
    print("shares of the variance between images, between places, and of both together; mean deviation:")
    for name in heard:
        of = ", ".join(f"{one:.2f}" for one in spread(found[name]))
        print(f"  {of}; {found[name].std(axis=(0, 2, 3)).mean():.3f}  {name}")


if __name__ == "__main__":
    main()
