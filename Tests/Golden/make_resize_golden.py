#!/usr/bin/env python3
"""Writes the golden images of Tests/DatasetsTests/Resources, made by Pillow: python3 make_resize_golden.py [FOLDER]

Needs the PyPI packages numpy and pillow before 13, which always resizes rows before columns; later versions choose the
order by the shape and differ by 1 in some pixels. 12.3.0 was used. Two kinds of files:
  resize-NAME.png             inputs, and next to them resize-NAME-WxH.png and resize-NAME-BOX-WxH.png, their results
  decode-NAME.{png,jpg}       files of many kinds, and next to them decode-NAME.expected.png, what Pillow reads in them
"""
import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image

here = pathlib.Path(__file__).resolve().parent
folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent / "DatasetsTests" / "Resources"
folder.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(2023)


def noise(height, width, channels):
    shape = (height, width) if channels == 1 else (height, width, channels)
    return random.integers(0, 256, shape, dtype=np.uint8)


def smooth(height, width):
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 100 * np.sin(x / 9), 128 + 100 * np.cos(y / 7), 128 + 60 * np.sin((x + y) / 11)]
    return np.stack(planes, axis=-1).astype(np.uint8)


def resize_cases():
    inputs = {"rgb": Image.fromarray(noise(23, 37, 3)), "grey": Image.fromarray(noise(31, 19, 1))}
    for name, image in inputs.items():
        image.save(folder / f"resize-{name}.png")
        for width, height in [(12, 8), (50, 41), (37, 9), (5, 23), (1, 1), (64, 23), (19, 60)]:
            result = image.resize((width, height), Image.BILINEAR)
            result.save(folder / f"resize-{name}-{width}x{height}.png")
        box = (4, 3, 17, 20)
        image.crop(box).resize((10, 10), Image.BILINEAR).save(folder / f"resize-{name}-crop-10x10.png")


def over_white(image):
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, rgba).convert("RGB")


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def adam7(pixels):
    """An interlaced PNG; Pillow only reads these."""
    height, width, _ = pixels.shape
    raw = b""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    for x0, y0, dx, dy in passes:
        part = pixels[y0::dy, x0::dx]
        if part.size:
            raw += b"".join(b"\0" + row.tobytes() for row in part)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")


def decode_cases():
    rgb = Image.fromarray(smooth(21, 33))
    alpha = Image.fromarray(noise(21, 33, 1))
    transparent = rgb.copy()
    transparent.putalpha(alpha)
    palette = rgb.quantize(16)
    deep = Image.fromarray((random.integers(0, 65536, (9, 14))).astype(np.uint16))
    cases = {
        "rgb.png": (rgb, {}),
        "grey.png": (rgb.convert("L"), {}),
        "bits.png": (rgb.convert("1"), {}),
        "palette.png": (palette, {}),
        "alpha.png": (transparent, {}),
        "grey-alpha.png": (transparent.convert("LA"), {}),
        "rgb.jpg": (rgb, {"quality": 92}),
        "444.jpg": (rgb, {"quality": 92, "subsampling": 0}),
        "progressive.jpg": (rgb, {"quality": 85, "progressive": True}),
        "grey.jpg": (rgb.convert("L"), {"quality": 85}),
        "cmyk.jpg": (rgb.convert("CMYK"), {"quality": 92}),
    }
    for name, (image, options) in cases.items():
        image.save(folder / f"decode-{name}", **options)
    (folder / "decode-interlaced.png").write_bytes(adam7(smooth(21, 33)))
    key = rgb.quantize(16)
    key.save(folder / "decode-palette-alpha.png", transparency=3)
    deep.save(folder / "decode-deep.png")
    for name in [*cases, "interlaced.png", "palette-alpha.png", "deep.png"]:
        with Image.open(folder / f"decode-{name}") as image:
            if name == "deep.png":
                values = np.asarray(image).astype(np.float64)
                expected = Image.fromarray(np.round(values * 255 / 65535).astype(np.uint8))
            elif image.mode in ("RGBA", "LA") or "transparency" in image.info:
                expected = over_white(image)
            else:
                expected = image.convert("L" if image.mode in ("L", "1") else "RGB")
            expected.save(folder / f"decode-{name}.expected.png")


resize_cases()
decode_cases()
