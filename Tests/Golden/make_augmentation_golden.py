#!/usr/bin/env python3
"""Writes Tests/DatasetsTests/Resources/augmentation.png: an image, and below it what Pillow makes of it by each operation of RandAugment.

Strengths are those of torchvision's RandAugment at magnitude 15 of 30, directions as TransformTests asks for them.

    pip install pillow numpy
    Tests/Golden/make_augmentation_golden.py
"""
import pathlib

import numpy
from PIL import Image, ImageEnhance, ImageOps

WIDTH, HEIGHT = 24, 20


def source():
    generator = numpy.random.default_rng(7)
    y, x, c = numpy.mgrid[0:HEIGHT, 0:WIDTH, 0:3]
    smooth = 40 + 5 * x + 3 * y + 25 * c + 20 * ((x // 6 + y // 5) % 2)
    return Image.fromarray((smooth + generator.integers(-9, 10, smooth.shape)).clip(0, 255).astype("uint8"))


def affine(image, *matrix):
    return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.NEAREST)


def main():
    image = source()
    results = [
        affine(image, 1, 0.15, 0, 0, 1, 0),
        affine(image, 1, 0, 0, -0.15, 1, 0),
        affine(image, 1, 0, int(150 / 331 * WIDTH * 0.5), 0, 1, 0),
        affine(image, 1, 0, 0, 0, 1, -int(150 / 331 * HEIGHT * 0.5)),
        image.rotate(15, Image.Resampling.NEAREST),
        ImageEnhance.Brightness(image).enhance(1.45),
        ImageEnhance.Color(image).enhance(0.55),
        ImageEnhance.Contrast(image).enhance(1.45),
        ImageEnhance.Sharpness(image).enhance(1.45),
        ImageOps.posterize(image, 6),
        ImageOps.solarize(image, 127.5),
        ImageOps.autocontrast(image),
        ImageOps.equalize(image),
    ]
    stacked = numpy.concatenate([numpy.asarray(each) for each in [image, *results]])
    Image.fromarray(stacked).save(
        pathlib.Path(__file__).parents[1] / "DatasetsTests" / "Resources" / "augmentation.png", optimize=True)


if __name__ == "__main__":
    main()
