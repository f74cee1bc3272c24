"""Writes the small files of Tests/InterchangeTests/Resources/PyTorch with PyTorch itself.

Usage: python make_pytorch_golden.py FOLDER      (needs torch and safetensors)

expected.safetensors holds what the good files hold; the bad ones ask for more than data.
"""

import argparse
import collections
import os
import pathlib
import sys

import torch
from safetensors.torch import save_file


class Hostile:
    """What a pickle can do to whoever trusts it."""

    def __reduce__(self):
        return (os.system, ("touch sapool-was-hostile",))


def state_dict() -> "collections.OrderedDict[str, torch.Tensor]":
    base = torch.arange(24, dtype=torch.float32)
    state = collections.OrderedDict()
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        state[f"real.{str(dtype)[6:]}"] = torch.tensor([-1.5, 0.0, 2.25], dtype=dtype)
    for dtype in (torch.int64, torch.int32, torch.int16, torch.int8):
        state[f"whole.{str(dtype)[6:]}"] = torch.tensor([[-3, 0, 100]], dtype=dtype)
    state["whole.uint8"] = torch.tensor([0, 200], dtype=torch.uint8)
    state["truth"] = torch.tensor([True, False])
    state["scalar"] = torch.tensor(7, dtype=torch.int64)
    state["empty"] = torch.zeros(0, 3)
    state["parameter"] = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
    state["whole_storage"] = base
    state["part"] = base[6:10]
    state["transposed"] = base.reshape(4, 6).t()
    state["every_other"] = base[1::2].reshape(3, 4)
    state["kernel"] = torch.arange(36, dtype=torch.float32).reshape(2, 2, 3, 3).contiguous(memory_format=torch.channels_last)
    state["имя"] = torch.tensor([4.0])
    # nn.Module.state_dict() keeps versions of its modules here.
    state._metadata = collections.OrderedDict([("", {"version": 1})])
    return state


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    state = state_dict()
    save_file({name: tensor.detach().clone(memory_format=torch.contiguous_format) for name, tensor in state.items()}, folder / "expected.safetensors")
    checkpoint = {
        "epoch": 3, "rate": 0.125, "big": 1 << 80, "note": "trained on a Tuesday", "best": None, "flags": (True, False, [1, -2, 70000]),
        "optimizer": {"state": {0: {"step": torch.tensor(5.0)}}, "param_groups": [{"lr": 0.1, "params": [0]}]},
        "state_dict": state,
    }
    torch.save(state, folder / "state.pth")
    torch.save(checkpoint, folder / "checkpoint.pth")
    torch.save(checkpoint, folder / "protocol4.pt", pickle_protocol=4)
    torch.save(checkpoint, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({"state_dict": state, "extra": Hostile()}, folder / "hostile.pth")
    torch.save({"state_dict": state, "extra": Hostile()}, folder / "hostile-legacy.pth", _use_new_zipfile_serialization=False)
    torch.save({"state_dict": state, "args": argparse.Namespace(lr=0.1)}, folder / "namespace.pth")
    torch.save({"w": torch.zeros(1).expand(1 << 40)}, folder / "endless.pth")
    torch.save([torch.zeros(1)], folder / "list.pth")
    torch.save({"epoch": 3, "things": {"a": 1}}, folder / "empty.pth")


if __name__ == "__main__":
    main()
