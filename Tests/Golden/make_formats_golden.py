#!/usr/bin/env python3
"""Writes BMP, GIF, TIFF and WebP files of many kinds, and what Pillow reads in them, to Tests/DatasetsTests/Resources/formats:

    python3 make_formats_golden.py [FOLDER]

Needs the PyPI packages numpy and pillow; 12.3.0 was used. Beside NAME.EXT lies NAME.EXT.expected.png. What Pillow cannot write
(BMP of few bits, run lengths, bit fields; tiles and planes of TIFF) is written here by hand.
"""
import pathlib
import struct
import sys

import numpy as np
from PIL import Image, ImageOps

here = pathlib.Path(__file__).resolve().parent
folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here.parent / "DatasetsTests" / "Resources" / "formats"
folder.mkdir(parents=True, exist_ok=True)
HEIGHT, WIDTH = 21, 33


def smooth(height=HEIGHT, width=WIDTH):
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 100 * np.sin(x / 9), 128 + 100 * np.cos(y / 7), 128 + 60 * np.sin((x + y) / 11)]
    return np.stack(planes, axis=-1).astype(np.uint8)


def ramp_alpha(height=HEIGHT, width=WIDTH):
    y, x = np.mgrid[0:height, 0:width]
    return ((x * 255) // (width - 1)).astype(np.uint8)


def over_white(image):
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, rgba).convert("RGB")


def write(name, data, expected=None):
    """Writes a file, and what it holds: what Pillow reads, unless that is given."""
    (folder / name).write_bytes(data)
    if expected is None:
        with Image.open(folder / name) as image:
            image.load()
            image = ImageOps.exif_transpose(image)
            if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
                expected = over_white(image)
            else:
                expected = image.convert("L" if image.mode in ("L", "1") else "RGB")
    expected.save(folder / f"{name}.expected.png")


def save(name, image, expected=None, **options):
    image.save(folder / name, **options)
    write(name, (folder / name).read_bytes(), expected)


def bmp(bits, rows, palette=(), compression=0, masks=b"", height=None, header=40, raw=None):
    """A BMP of stored rows (bytes), top to bottom; of run lengths where `raw` is given."""
    body = raw if raw is not None else b"".join(row + b"\0" * (-len(row) % 4) for row in reversed(rows))
    table = b"".join(bytes([b, g, r]) + (b"\0" if header != 12 else b"") for r, g, b in palette)
    if header == 12:
        info = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, bits)
    else:
        info = struct.pack(
            "<IiiHHIIiiII", header, WIDTH, height or HEIGHT, 1, bits, compression, len(body), 2835, 2835, len(palette), 0)
        info += (masks + b"\0" * (header - 40 - len(masks))) if header > 40 else masks
    offset = 14 + len(info) + len(table)
    return b"BM" + struct.pack("<IHHI", offset + len(body), 0, 0, offset) + info + table + body


def packed(values, bits):
    """Rows of indices as bytes of `bits` bits each, the first in the highest."""
    rows = []
    for line in values:
        text = "".join(format(int(v), f"0{bits}b") for v in line)
        text += "0" * (-len(text) % 8)
        rows.append(bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8)))
    return rows


def bmp_cases():
    rgb = smooth()
    image = Image.fromarray(rgb)
    save("rgb.bmp", image)
    save("grey.bmp", image.convert("L"))
    save("palette.bmp", image.quantize(200))
    save("bits.bmp", image.convert("1"))
    colours = [(12 * i, 255 - 16 * i, (40 * i) % 256) for i in range(16)]
    indices = (np.add.outer(np.arange(HEIGHT) // 3, np.arange(WIDTH) // 2) % 16).astype(int)
    table = np.array(colours, dtype=np.uint8)
    expected = Image.fromarray(table[indices])
    write("bits4.bmp", bmp(4, packed(indices, 4), colours), expected)
    write("bits2.bmp", bmp(2, packed(indices % 4, 2), colours[:4]), Image.fromarray(table[indices % 4]))
    write("os2.bmp", bmp(4, packed(indices, 4), colours, header=12), expected)
    top_down = [row + b"\0" * (-len(row) % 4) for row in packed(indices, 4)]
    write("topdown.bmp", bmp(4, [], colours, height=-HEIGHT, raw=b"".join(top_down)), expected)
    # Run lengths of every kind: runs, literals, the end of a line, a jump, the end of the image.
    runs, skipped = b"", indices.copy()
    for y in reversed(range(HEIGHT)):
        line = indices[y]
        runs += bytes([4, line[0]]) + bytes([0, 5]) + bytes(int(v) for v in line[4:9]) + b"\0"
        skipped[y, :4] = line[0]
        runs += bytes([0, 2, 3, 0])
        skipped[y, 9:12] = 0
        for v in line[12:]:
            runs += bytes([1, int(v)])
        runs += bytes([0, 0]) if y else bytes([0, 1])
    write("rle8.bmp", bmp(8, [], colours, compression=1, raw=runs), Image.fromarray(table[skipped]))
    runs, skipped = b"", indices.copy()
    for y in reversed(range(HEIGHT)):
        line = indices[y]
        runs += bytes([6, int(line[0]) << 4 | int(line[1])])
        skipped[y, 0:6:2], skipped[y, 1:6:2] = line[0], line[1]
        literal = line[6:33]
        nibbles = [int(v) for v in literal] + [0] * (len(literal) % 2)
        data = bytes(nibbles[i] << 4 | nibbles[i + 1] for i in range(0, len(nibbles), 2))
        runs += bytes([0, len(literal)]) + data + b"\0" * (len(data) % 2) + (bytes([0, 0]) if y else bytes([0, 1]))
    write("rle4.bmp", bmp(4, [], colours, compression=2, raw=runs), Image.fromarray(table[skipped]))
    wide = rgb.astype(np.uint32)
    r, g, b = wide[..., 0], wide[..., 1], wide[..., 2]
    rows = [line.astype("<u2").tobytes() for line in (r >> 3) << 11 | (g >> 2) << 5 | b >> 3]
    shown = np.stack([np.round((v >> s) * 255 / ((1 << 8 - s) - 1)) for v, s in ((r, 3), (g, 2), (b, 3))], axis=-1)
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    write("bits565.bmp", bmp(16, rows, compression=3, masks=masks), Image.fromarray(shown.astype(np.uint8)))
    rows = [line.astype("<u2").tobytes() for line in (r >> 3) << 10 | (g >> 3) << 5 | b >> 3]
    shown = np.round(np.stack([r >> 3, g >> 3, b >> 3], axis=-1) * 255 / 31).astype(np.uint8)
    write("bits555.bmp", bmp(16, rows), Image.fromarray(shown))
    rows = [line.astype("<u4").tobytes() for line in r << 16 | g << 8 | b | 0x55000000]
    write("bits32.bmp", bmp(32, rows), image)
    alpha = ramp_alpha()
    rows = [line.astype("<u4").tobytes() for line in alpha.astype(np.uint32) << 24 | r << 16 | g << 8 | b]
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    transparent = image.copy()
    transparent.putalpha(Image.fromarray(alpha))
    write("alpha.bmp", bmp(32, rows, compression=3, masks=masks, header=108), over_white(transparent))


def gif_cases():
    image = Image.fromarray(smooth())
    save("rgb.gif", image.quantize(64), interlace=0)
    save("interlaced.gif", image.quantize(64), interlace=1)
    save("grey.gif", image.convert("L"))
    keyed = image.quantize(16)
    save("transparent.gif", keyed, transparency=3)
    frames = [Image.fromarray(np.roll(smooth(), 5 * i, axis=1)).quantize(32) for i in range(3)]
    save("animated.gif", frames[0], save_all=True, append_images=frames[1:], duration=100, loop=0)
    # A frame that does not fill the screen: the rest is transparent.
    small = image.crop((0, 0, 12, 9)).quantize(16)
    small.save(folder / "offset.gif")
    data = bytearray((folder / "offset.gif").read_bytes())
    data[6:10] = struct.pack("<HH", 20, 15)
    at = data.index(b"\x2c" + struct.pack("<HHHH", 0, 0, 12, 9))
    data[at + 1 : at + 5] = struct.pack("<HH", 5, 4)
    expected = Image.new("RGB", (20, 15), (255, 255, 255))
    expected.paste(small.convert("RGB"), (5, 4))
    write("offset.gif", bytes(data), expected)


def tiff(entries, blocks, byte_order="<", width=WIDTH, height=HEIGHT, tiled=False):
    """A TIFF of stored blocks (strips or tiles); `entries` are further fields as {tag: [values]}."""
    fields = {256: (4, [width]), 257: (4, [height])}
    fields.update({tag: (3, list(values)) for tag, values in entries.items()})
    at, offsets = 8, []
    for block in blocks:
        offsets.append(at)
        at += len(block)
    fields[324 if tiled else 273] = (4, offsets)
    fields[325 if tiled else 279] = (4, [len(block) for block in blocks])
    start = at + at % 2
    extra_at = start + 2 + 12 * len(fields) + 4
    table, extra = struct.pack(byte_order + "H", len(fields)), b""
    for tag in sorted(fields):
        kind, values = fields[tag]
        data = struct.pack(byte_order + str(len(values)) + ("H" if kind == 3 else "I"), *values)
        table += struct.pack(byte_order + "HHI", tag, kind, len(values))
        if len(data) <= 4:
            table += data.ljust(4, b"\0")
        else:
            table += struct.pack(byte_order + "I", extra_at + len(extra))
            extra += data + b"\0" * (len(data) % 2)
    header = (b"II*\0" if byte_order == "<" else b"MM\0*") + struct.pack(byte_order + "I", start)
    return header + b"".join(blocks) + b"\0" * (at % 2) + table + struct.pack(byte_order + "I", 0) + extra


def tiff_cases():
    rgb = smooth()
    image = Image.fromarray(rgb)
    save("rgb.tif", image)
    save("lzw.tif", image, compression="tiff_lzw")
    save("deflate.tif", image, compression="tiff_adobe_deflate")
    save("packbits.tif", image, compression="packbits")
    save("jpeg.tif", image, compression="jpeg", quality=92)
    save("grey.tif", image.convert("L"))
    save("bits.tif", image.convert("1"), compression="group4")
    save("palette.tif", image.quantize(64))
    cmyk = image.convert("CMYK")
    save("cmyk.tif", cmyk)
    # Neither strips of one row nor a big-endian file with the picture turned are Pillow's to write.
    one = [rgb[y].tobytes() for y in range(HEIGHT)]
    write("strips.tif", tiff({258: [8, 8, 8], 259: [1], 262: [2], 277: [3], 278: [1]}, one), image)
    turned = tiff({258: [8, 8, 8], 259: [1], 262: [2], 274: [6], 277: [3], 278: [HEIGHT]}, [rgb.tobytes()], ">")
    write("turned.tif", turned, image.transpose(Image.Transpose.ROTATE_270))
    planes = [np.ascontiguousarray(rgb[..., c]).tobytes() for c in range(3)]
    write("planes.tif", tiff({258: [8, 8, 8], 259: [1], 262: [2], 277: [3], 278: [HEIGHT], 284: [2]}, planes), image)
    tiles = []
    for top in range(0, HEIGHT, 16):
        for left in range(0, WIDTH, 16):
            tile = np.zeros((16, 16, 3), dtype=np.uint8)
            part = rgb[top : top + 16, left : left + 16]
            tile[: part.shape[0], : part.shape[1]] = part
            tiles.append(tile.tobytes())
    write("tiles.tif", tiff({258: [8, 8, 8], 259: [1], 262: [2], 277: [3], 322: [16], 323: [16]}, tiles, tiled=True), image)
    deep = rgb.astype("<u2") * 257 + 100 * (rgb < 200)
    write("deep.tif", tiff({258: [16] * 3, 259: [1], 262: [2], 277: [3], 278: [HEIGHT]}, [deep.astype("<u2").tobytes()]), image)
    grey = np.asarray(image.convert("L"))
    data = (grey.astype(np.uint16) * 257).astype(">u2").tobytes()
    write("deep-grey.tif", tiff({258: [16], 259: [1], 262: [1], 277: [1], 278: [HEIGHT]}, [data], ">"), Image.fromarray(grey))
    inverted = tiff({258: [8], 259: [1], 262: [0], 277: [1], 278: [HEIGHT]}, [(255 - grey).tobytes()])
    write("inverted.tif", inverted, Image.fromarray(grey))
    alpha = ramp_alpha()
    transparent = image.copy()
    transparent.putalpha(Image.fromarray(alpha))
    save("alpha.tif", transparent)


def webp_cases():
    image = Image.fromarray(smooth())
    transparent = image.copy()
    transparent.putalpha(Image.fromarray(ramp_alpha()))
    save("rgb.webp", image, quality=90)
    save("lossless.webp", image, lossless=True)
    save("alpha.webp", transparent, lossless=True, exact=True)
    save("alpha-lossy.webp", transparent, quality=90)
    exif = Image.Exif()
    exif[0x0112] = 8
    save("turned.webp", image, lossless=True, exif=exif)
    frames = [Image.fromarray(np.roll(smooth(), 5 * i, axis=1)) for i in range(3)]
    save("animated.webp", frames[0], save_all=True, append_images=frames[1:], duration=100, lossless=True)


bmp_cases()
gif_cases()
tiff_cases()
webp_cases()
