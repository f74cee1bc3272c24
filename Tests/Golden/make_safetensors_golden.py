"""Writes golden.safetensors and golden.json for Tests/InterchangeTests, with the format's reference implementation.

Usage: python make_safetensors_golden.py FOLDER      (needs torch and safetensors)

The JSON file gives, for every tensor, its dtype, shape and values, as PyTorch sees them.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file

DTYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
    torch.int32: "I32",
    torch.int16: "I16",
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.bool: "BOOL",
}


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    generator = torch.Generator().manual_seed(1)
    normal = torch.randn(2, 3, 4, generator=generator, dtype=torch.float64)
    tensors = {
        "double": normal,
        "layer.0.weight": normal.float(),
        "half": normal.half() * 1000,
        "brain": normal.bfloat16(),
        "half subnormal": torch.tensor([2.0**-24, -(2.0**-15), 65504.0], dtype=torch.float16),
        "long": torch.tensor([-(2**53), 0, 2**53], dtype=torch.int64),
        "int": torch.tensor([[-(2**31)], [2**31 - 1]], dtype=torch.int32),
        "short": torch.tensor([-32768, 32767, 5], dtype=torch.int16),
        "signed": torch.tensor([-128, 127, 0, 1, 2], dtype=torch.int8),
        "unsigned": torch.tensor([0, 255, 7], dtype=torch.uint8),
        "truth": torch.tensor([True, False, True]),
        "scalar": torch.tensor(3, dtype=torch.int64),
        "empty": torch.zeros(0, 5),
        'naïve "Größe" \\ 重み 🧠\t\u0001': torch.tensor([0.5]),
    }
    save_file(tensors, folder / "golden.safetensors", metadata={"note": 'line 1\nline "2" – π'})
    expected = {
        name: {
            "dtype": DTYPES[tensor.dtype],
            "shape": list(tensor.shape),
            "values": [float(value) for value in tensor.double().flatten()],
        }
        for name, tensor in tensors.items()
    }
    (folder / "golden.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
