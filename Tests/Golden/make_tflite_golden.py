#!/usr/bin/env python3
"""Small .tflite models with what LiteRT's reference kernels answer, for the importer.

Each model has several operators of every kind that is read. Models, inputs and answers are stored in
Tests/QuantizationTests/Resources/tflite-models.safetensors: NAME/model (bytes), NAME/input ([samples, the model's shape]),
NAME/output.0 … The same models in real numbers are stored in Tests/ExecutionTests/Resources/tflite-float-models.safetensors.
Deterministic; needs no converter:

    pip install ai-edge-litert==2.3.0 tflite==2.18.0 flatbuffers numpy safetensors
    python3 Tests/Golden/make_tflite_golden.py
"""

import pathlib

import flatbuffers
import numpy as np
import tflite
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from safetensors.numpy import save_file

TESTS = pathlib.Path(__file__).parent.parent
OUTPUT = TESTS / "QuantizationTests" / "Resources" / "tflite-models.safetensors"
REAL_OUTPUT = TESTS / "ExecutionTests" / "Resources" / "tflite-float-models.safetensors"
TYPES = {"f": (0, np.float32), "i": (2, np.int32), "u": (3, np.uint8), "b": (9, np.int8)}
random = np.random.default_rng(19)


class Model:
    """A model written tensor by tensor and operator by operator."""

    is_real = False
    """Whether int8 tensors become real numbers, constants those that they stand for."""

    def __init__(self):
        self.tensors, self.operators = [], []

    def tensor(self, shape, kind="b", data=None, scale=None, zero=0, axis=0):
        if self.is_real and (kind == "b" or scale is not None):
            if data is not None:
                sides = [1] * len(shape)
                if isinstance(scale, list) and len(scale) > 1:
                    sides[axis] = len(scale)
                scales = np.reshape(scale, sides) if isinstance(scale, list) else scale
                data = (np.reshape(np.asarray(data, np.float64), shape) - zero) * scales
            kind, scale, zero = "f", None, 0
        self.tensors.append((list(shape), kind, data, scale, zero, axis))
        return len(self.tensors) - 1

    def weights(self, shape, channels, axis):
        scales = list(random.uniform(0.004, 0.02, channels))
        return self.tensor(shape, "b", random.integers(-127, 128, shape), scales, 0, axis)

    def bias(self, count):
        return self.tensor([count], "i", random.integers(-2000, 2000, count), [1e-4] * count)

    def list(self, values):
        return self.tensor(np.shape(values), "i", values)

    def add(self, code, inputs, shape, options=(0, 0), *fields, kind="b", scale=None, zero=0):
        """options: the table's number in the union and how many fields it has; fields: (place, type, value)."""
        output = self.tensor(shape, kind, None, scale, zero)
        self.operators.append((code, inputs, [output], options, fields))
        return output

    def bytes(self, inputs, outputs):
        b = flatbuffers.Builder(1 << 14)
        buffers, tensors, operators = [], [], []

        def buffer(raw=None):
            data = None if raw is None else b.CreateNumpyVector(np.frombuffer(raw, np.uint8))
            tflite.BufferStart(b)
            if data is not None:
                tflite.BufferAddData(b, data)
            buffers.append(tflite.BufferEnd(b))
            return len(buffers) - 1

        def vector(start, items):
            start(b, len(items))
            for item in reversed(items):
                b.PrependUOffsetTRelative(item)
            return b.EndVector()

        buffer()
        for index, (shape, kind, data, scale, zero, axis) in enumerate(self.tensors):
            place = 0 if data is None else buffer(np.asarray(data, TYPES[kind][1]).tobytes())
            name, sides = b.CreateString(f"net/t{index}"), b.CreateNumpyVector(np.array(shape, np.int32))
            quantization = None
            if scale is not None:
                scales = scale if isinstance(scale, list) else [scale]
                all_scales = b.CreateNumpyVector(np.array(scales, np.float32))
                zeros = b.CreateNumpyVector(np.array([zero] * len(scales), np.int64))
                tflite.QuantizationParametersStart(b)
                tflite.QuantizationParametersAddScale(b, all_scales)
                tflite.QuantizationParametersAddZeroPoint(b, zeros)
                tflite.QuantizationParametersAddQuantizedDimension(b, axis)
                quantization = tflite.QuantizationParametersEnd(b)
            tflite.TensorStart(b)
            tflite.TensorAddShape(b, sides)
            tflite.TensorAddType(b, TYPES[kind][0])
            tflite.TensorAddBuffer(b, place)
            tflite.TensorAddName(b, name)
            if quantization is not None:
                tflite.TensorAddQuantization(b, quantization)
            tensors.append(tflite.TensorEnd(b))
        known = sorted({step[0] for step in self.operators})
        codes = []
        for code in known:
            tflite.OperatorCodeStart(b)
            tflite.OperatorCodeAddDeprecatedBuiltinCode(b, min(code, 127))
            tflite.OperatorCodeAddBuiltinCode(b, code)
            tflite.OperatorCodeAddVersion(b, 1)
            codes.append(tflite.OperatorCodeEnd(b))
        for code, ins, outs, (kind, count), fields in self.operators:
            table = None
            if kind:
                lists = {place: b.CreateNumpyVector(np.array(value, np.int32)) for place, of, value in fields if of == "v"}
                b.StartObject(count)
                for place, of, value in fields:
                    if of == "i":
                        b.PrependInt32Slot(place, value, 0)
                    elif of == "b":
                        b.PrependInt8Slot(place, value, 0)
                    elif of == "f":
                        b.PrependFloat32Slot(place, value, 0.0)
                    else:
                        b.PrependUOffsetTRelativeSlot(place, lists[place], 0)
                table = b.EndObject()
            operands, results = b.CreateNumpyVector(np.array(ins, np.int32)), b.CreateNumpyVector(np.array(outs, np.int32))
            tflite.OperatorStart(b)
            tflite.OperatorAddOpcodeIndex(b, known.index(code))
            tflite.OperatorAddInputs(b, operands)
            tflite.OperatorAddOutputs(b, results)
            if table is not None:
                tflite.OperatorAddBuiltinOptionsType(b, kind)
                tflite.OperatorAddBuiltinOptions(b, table)
            operators.append(tflite.OperatorEnd(b))
        all_tensors, all_operators = vector(tflite.SubGraphStartTensorsVector, tensors), vector(tflite.SubGraphStartOperatorsVector, operators)
        given, wanted = b.CreateNumpyVector(np.array(inputs, np.int32)), b.CreateNumpyVector(np.array(outputs, np.int32))
        tflite.SubGraphStart(b)
        tflite.SubGraphAddTensors(b, all_tensors)
        tflite.SubGraphAddInputs(b, given)
        tflite.SubGraphAddOutputs(b, wanted)
        tflite.SubGraphAddOperators(b, all_operators)
        graph = tflite.SubGraphEnd(b)
        graphs, all_codes = vector(tflite.ModelStartSubgraphsVector, [graph]), vector(tflite.ModelStartOperatorCodesVector, codes)
        all_buffers = vector(tflite.ModelStartBuffersVector, buffers)
        tflite.ModelStart(b)
        tflite.ModelAddVersion(b, 3)
        tflite.ModelAddOperatorCodes(b, all_codes)
        tflite.ModelAddSubgraphs(b, graphs)
        tflite.ModelAddBuffers(b, all_buffers)
        b.Finish(tflite.ModelEnd(b), b"TFL3")
        return bytes(b.Output())

    # Operators by their usual names.

    def convolution(self, x, outputs, kernel, shape, stride=1, padding=0, activation=0, scale=0.1, zero=-7):
        channels = self.tensors[x][0][3]
        weights = self.weights([outputs, kernel, kernel, channels], outputs, 0)
        return self.add(
            3, [x, weights, self.bias(outputs)], shape, (1, 7), (0, "b", padding), (1, "i", stride), (2, "i", stride),
            (3, "b", activation), scale=scale, zero=zero)

    def depthwise(self, x, multiplier, kernel, shape, stride=1, padding=0, activation=0, scale=0.1, zero=-7):
        outputs = self.tensors[x][0][3] * multiplier
        weights = self.weights([1, kernel, kernel, outputs], outputs, 3)
        return self.add(
            4, [x, weights, self.bias(outputs)], shape, (2, 7), (0, "b", padding), (1, "i", stride), (2, "i", stride),
            (3, "i", multiplier), (4, "b", activation), scale=scale, zero=zero)

    def linear(self, x, outputs, activation=0, scale=0.2, zero=5):
        inputs = int(np.prod(self.tensors[x][0]))
        weights = self.weights([outputs, inputs], 1, 0)
        return self.add(9, [x, weights, self.bias(outputs)], [1, outputs], (8, 4), (0, "b", activation), scale=scale, zero=zero)

    def reshape(self, x, shape):
        _, kind, _, scale, zero, _ = self.tensors[x]
        return self.add(22, [x, self.list(shape)], shape, kind=kind, scale=scale, zero=zero)

    def transpose(self, x, order):
        shape, kind, _, scale, zero, _ = self.tensors[x]
        return self.add(39, [x, self.list(order)], [shape[axis] for axis in order], kind=kind, scale=scale, zero=zero)


def mobile():
    m = Model()
    x = m.tensor([1, 9, 8, 3], scale=0.02, zero=-3)
    padded = m.add(34, [x, m.list([[0, 0], [0, 1], [1, 1], [0, 0]])], [1, 10, 10, 3], scale=0.02, zero=-3)
    a = m.convolution(padded, 6, 3, [1, 4, 4, 6], stride=2, padding=1, activation=3, scale=0.025, zero=-128)
    b = m.depthwise(a, 2, 3, [1, 4, 4, 12], activation=1, scale=0.02, zero=-128)
    c = m.convolution(b, 6, 1, [1, 4, 4, 6], scale=0.06, zero=4)
    d = m.add(0, [c, a], [1, 4, 4, 6], (11, 2), (0, "b", 0), scale=0.07, zero=-11)
    e = m.add(19, [d], [1, 4, 4, 6], scale=0.04, zero=-128)
    f = m.add(1, [e], [1, 2, 2, 6], (5, 6), (0, "b", 0), (1, "i", 2), (2, "i", 2), (3, "i", 3), (4, "i", 3), (5, "b", 3), scale=0.04, zero=-128)
    g = m.linear(m.reshape(f, [1, 24]), 5, scale=0.05)
    return m.bytes([x], [m.add(25, [g], [1, 5], (9, 1), (0, "f", 1.0), scale=1 / 256, zero=-128)])


def squeeze():
    m = Model()
    x = m.tensor([1, 6, 6, 4], scale=0.03, zero=10)
    a = m.convolution(x, 8, 3, [1, 6, 6, 8], scale=0.06)
    mean = m.add(40, [a, m.list([1, 2])], [1, 1, 1, 8], (27, 1), (0, "b", 1), scale=0.03, zero=-20)
    b = m.convolution(mean, 4, 1, [1, 1, 1, 4], activation=1, scale=0.01, zero=-128)
    c = m.add(14, [m.convolution(b, 8, 1, [1, 1, 1, 8], scale=0.03, zero=3)], [1, 1, 1, 8], scale=1 / 256, zero=-128)
    d = m.add(18, [a, c], [1, 6, 6, 8], (21, 1), (0, "b", 0), scale=0.04, zero=2)
    # A hard swish of sums and products with constants.
    three = m.tensor([], data=[127], scale=3 / 127)
    e = m.add(0, [d, three], [1, 6, 6, 8], (11, 2), (0, "b", 3), scale=6 / 255, zero=-128)
    f = m.add(18, [d, e], [1, 6, 6, 8], (21, 1), (0, "b", 0), scale=0.2, zero=-30)
    sixth = m.tensor([1], data=[100], scale=1 / 600)
    g = m.add(18, [f, sixth], [1, 6, 6, 8], (21, 1), (0, "b", 0), scale=0.035, zero=-40)
    return m.bytes([x], [m.add(41, [g, x_like(m, a)], [1, 6, 6, 8], (28, 2), (0, "b", 1), scale=0.05, zero=-100)])


def x_like(m, a):
    """A maximum over three pixels of a value."""
    return m.add(
        17, [a], m.tensors[a][0], (5, 6), (0, "b", 0), (1, "i", 1), (2, "i", 1), (3, "i", 3), (4, "i", 3),
        scale=m.tensors[a][3], zero=m.tensors[a][4])


def branches():
    m = Model()
    x = m.tensor([1, 3, 3, 6], scale=0.05, zero=0)
    first, second = m.tensor([1, 3, 3, 3], scale=0.05, zero=0), m.tensor([1, 3, 3, 3], scale=0.05, zero=0)
    m.operators.append((49, [m.list([3]), x], [first, second], (35, 1), [(0, "i", 2)]))
    joined = m.add(2, [second, first, x], [1, 3, 3, 12], (10, 2), (0, "i", -1), scale=0.05, zero=0)
    turned = m.transpose(joined, [0, 3, 1, 2])
    rows = m.add(40, [turned, m.list([3])], [1, 12, 3], (27, 1), scale=0.05, zero=0)
    mean = m.add(40, [rows, m.list([2])], [1, 12], (27, 1), scale=0.05, zero=0)
    scores = m.linear(mean, 4, scale=0.05)
    flat = m.linear(m.reshape(turned, [1, 108]), 3, activation=1, scale=0.3, zero=-128)
    most = m.add(82, [joined, m.list([1, 2])], [1, 12], (27, 1), (0, "b", 0), scale=0.05, zero=0)
    nearest = m.add(97, [first, m.list([7, 6])], [1, 7, 6, 3], (74, 2), (1, "b", 1), scale=0.05, zero=0)
    linear = m.add(23, [second, m.list([6, 12])], [1, 6, 12, 3], (15, 4), (3, "b", 1), scale=0.05, zero=0)
    return m.bytes([x], [scores, flat, most, nearest, linear, turned])


def functions():
    m = Model()
    x = m.tensor([1, 4, 5, 4], scale=0.05, zero=3)
    a = m.add(98, [x], [1, 4, 5, 4], (75, 1), (0, "f", 0.1), scale=0.04, zero=-20)
    slopes = m.tensor([1, 1, 4], data=[-90, 10, 60, 127], scale=0.01, zero=5)
    b = m.add(54, [a, slopes], [1, 4, 5, 4], scale=0.05, zero=-10)
    slope = m.tensor([1, 1, 1], data=[50], scale=0.01, zero=2)
    c = m.add(54, [b, slope], [1, 4, 5, 4], scale=0.04, zero=-30)
    d = m.add(117, [c], [1, 4, 5, 4], scale=0.03, zero=-100)
    e = m.add(114, [d], [1, 4, 5, 4], scale=0.05, zero=7)
    two = m.tensor([], data=[64], scale=1 / 64)
    f = m.add(41, [two, e], [1, 4, 5, 4], (28, 2), (0, "b", 0), scale=0.05, zero=40)
    factors = m.tensor([4], data=[-128, 20, 77, 127], scale=0.01, zero=-4)
    g = m.add(18, [f, factors], [1, 4, 5, 4], (21, 1), (0, "b", 0), scale=0.03, zero=11)
    h = m.add(20, [g], [1, 4, 5, 4], scale=0.02, zero=3)
    i = m.add(28, [c], [1, 4, 5, 4], scale=1 / 128, zero=0)
    j = m.add(21, [b], [1, 4, 5, 4], scale=0.03, zero=-128)
    return m.bytes([x], [g, h, i, j])


def numbers():
    m = Model()
    x = m.tensor([1, 24], scale=0.04, zero=-9)
    a = m.depthwise(m.reshape(x, [1, 4, 6, 1]), 4, 3, [1, 2, 3, 4], stride=2, activation=1, scale=0.03, zero=-128)
    b = m.linear(a, 7, activation=1, scale=0.05, zero=-128)
    return m.bytes([x], [m.linear(b, 3, scale=0.04)])


def ends():
    m = Model()
    x = m.tensor([1, 6, 5, 2], "f")
    q = m.add(114, [x], [1, 6, 5, 2], scale=0.03, zero=-5)
    a = m.convolution(q, 3, 3, [1, 3, 3, 3], stride=2, scale=0.04)
    return m.bytes([x], [m.add(6, [a], [1, 3, 3, 3], kind="f"), m.add(6, [m.linear(a, 4)], [1, 4], kind="f")])


def bytes_at_the_ends():
    m = Model()
    x = m.tensor([1, 3, 6, 5], "u", scale=1 / 255, zero=3)
    q = m.add(114, [m.transpose(x, [0, 2, 3, 1])], [1, 6, 5, 3], scale=1 / 255, zero=-125)
    a = m.convolution(q, 4, 3, [1, 6, 5, 4], scale=0.02)
    out = m.add(114, [m.transpose(a, [0, 3, 1, 2])], [1, 4, 6, 5], kind="u", scale=0.02, zero=121)
    other = m.add(114, [a], [1, 6, 5, 4], kind="u", scale=0.03, zero=100)
    return m.bytes([x], [out, other])


def excite():
    """Squeeze-and-excite by linear layers, with gates of hard sigmoid and of logistic, and vectors that go on as maps."""
    m = Model()
    x = m.tensor([1, 6, 7, 3], scale=0.03, zero=10)
    a = m.convolution(x, 8, 3, [1, 6, 7, 8], scale=0.06)
    mean = m.add(40, [a, m.list([1, 2])], [1, 8], (27, 1), (0, "b", 0), scale=0.03, zero=-20)
    hidden = m.linear(mean, 4, activation=1, scale=0.02, zero=-128)
    gate = m.linear(hidden, 8, scale=0.05, zero=3)
    three = m.tensor([], data=[127], scale=3 / 127)
    sums = m.add(0, [gate, three], [1, 8], (11, 2), (0, "b", 3), scale=6 / 255, zero=-128)
    sixth = m.tensor([1, 1], data=[127], scale=1 / 762)
    shares = m.add(18, [sums, sixth], [1, 8], (21, 1), (0, "b", 0), scale=1 / 255, zero=-128)
    b = m.add(18, [a, m.reshape(shares, [1, 1, 1, 8])], [1, 6, 7, 8], (21, 1), (0, "b", 0), scale=0.05, zero=4)
    kept = m.add(40, [b, m.list([1, 2])], [1, 1, 1, 8], (27, 1), (0, "b", 1), scale=0.02, zero=-10)
    again = m.linear(kept, 8, scale=0.04, zero=9)
    m.operators[-1] = (*m.operators[-1][:4], [(0, "b", 0), (2, "b", 1)])
    m.tensors[again] = ([1, 1, 1, 8], *m.tensors[again][1:])
    logistic = m.add(14, [again], [1, 1, 1, 8], scale=1 / 256, zero=-128)
    c = m.add(18, [logistic, b], [1, 6, 7, 8], (21, 1), (0, "b", 0), scale=0.03, zero=-2)
    # The vector as an image, a mean of it, and joined with one.
    wide = m.convolution(m.reshape(m.linear(kept, 6, activation=1, scale=0.03, zero=-128), [1, 1, 1, 6]), 8, 1, [1, 1, 1, 8], scale=0.05)
    d = m.add(0, [c, wide], [1, 6, 7, 8], (11, 2), (0, "b", 0), scale=0.06, zero=-11)
    last = m.add(40, [d, m.list([1, 2])], [1, 1, 1, 8], (27, 1), (0, "b", 1), scale=0.04, zero=2)
    flat = m.linear(last, 5, scale=0.04, zero=2)
    joined = m.add(2, [flat, m.reshape(last, [1, 8])], [1, 13], (10, 2), (0, "i", 1), scale=0.04, zero=2)
    return m.bytes([x], [m.linear(joined, 3), c, joined])


def constants():
    """Sums, differences and products with a number for each channel, at the image, of maps and of vectors."""
    m = Model()
    x = m.tensor([1, 5, 5, 3], scale=1, zero=-128)
    scaled = m.add(18, [x, m.tensor([], data=[127], scale=1 / 255 / 127)], [1, 5, 5, 3], (21, 1), (0, "b", 0), scale=1 / 255, zero=-128)
    mean = m.tensor([1, 1, 1, 3], data=[-30, 5, 120], scale=0.004, zero=-128)
    centred = m.add(41, [scaled, mean], [1, 5, 5, 3], (28, 2), (0, "b", 0), scale=0.006, zero=17)
    factors = m.tensor([1, 1, 1, 3], data=[127, 100, 90], scale=0.035)
    normal = m.add(18, [centred, factors], [1, 5, 5, 3], (21, 1), (0, "b", 0), scale=0.03, zero=11)
    a = m.convolution(normal, 6, 3, [1, 5, 5, 6], scale=0.05)
    summands = m.tensor([6], data=[-128, -7, 0, 33, 90, 127], scale=0.02, zero=5)
    b = m.add(0, [summands, a], [1, 5, 5, 6], (11, 2), (0, "b", 1), scale=0.04, zero=-128)
    c = m.add(41, [b, summands], [1, 5, 5, 6], (28, 2), (0, "b", 0), scale=0.05, zero=3)
    vector = m.add(40, [c, m.list([1, 2])], [1, 6], (27, 1), (0, "b", 0), scale=0.03, zero=1)
    d = m.linear(vector, 6, scale=0.06)
    e = m.add(18, [d, m.tensor([1, 6], data=[3, -90, 127, 66, 5, -128], scale=0.01, zero=2)], [1, 6], (21, 1), (0, "b", 0), scale=0.04, zero=8)
    f = m.add(0, [e, summands], [1, 6], (11, 2), (0, "b", 0), scale=0.05, zero=-9)
    # A shortcut to more channels, and a mean of the map's own size.
    pool = m.add(1, [c], [1, 2, 2, 6], (5, 6), (0, "b", 1), (1, "i", 2), (2, "i", 2), (3, "i", 2), (4, "i", 2), (5, "b", 0), scale=0.05, zero=3)
    wide = m.add(34, [pool, m.list([[0, 0], [0, 0], [0, 0], [3, 3]])], [1, 2, 2, 12], scale=0.05, zero=3)
    g = m.add(0, [wide, m.convolution(c, 12, 3, [1, 2, 2, 12], stride=2, padding=1)], [1, 2, 2, 12], (11, 2), (0, "b", 1), scale=0.08, zero=-128)
    h = m.add(1, [g], [1, 1, 1, 12], (5, 6), (0, "b", 1), (1, "i", 2), (2, "i", 2), (3, "i", 2), (4, "i", 2), (5, "b", 0), scale=0.08, zero=-128)
    return m.bytes([x], [f, c, m.linear(m.reshape(h, [1, 12]), 4)])


def sides():
    """Means of rows and of columns that are no average pooling, and one behind the other."""
    m = Model()
    x = m.tensor([1, 6, 9, 3], scale=0.05, zero=-20)
    a = m.convolution(x, 5, 3, [1, 6, 9, 5], scale=0.07)
    rows = m.add(40, [a, m.list([2])], [1, 6, 5], (27, 1), (0, "b", 0), scale=0.02, zero=9)
    columns = m.add(40, [a, m.list([1])], [1, 1, 9, 5], (27, 1), (0, "b", 1), scale=0.03, zero=-1)
    both = m.add(40, [rows, m.list([1])], [1, 5], (27, 1), (0, "b", 0), scale=0.01, zero=30)
    b = m.convolution(columns, 4, 3, [1, 1, 9, 4], scale=0.03)
    return m.bytes([x], [rows, columns, m.linear(both, 3), m.linear(b, 6)])


INT8 = [mobile, squeeze, branches, functions, numbers, ends, bytes_at_the_ends, excite, constants, sides]
# Others have QUANTIZE, which real numbers do without.
REAL = [mobile, squeeze, branches, numbers, excite, constants, sides]


def answered(makers, output, samples_of_each):
    tensors = {}
    for make in makers:
        data = make()
        interpreter = Interpreter(model_content=data, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
        interpreter.allocate_tensors()
        given, wanted = interpreter.get_input_details()[0], interpreter.get_output_details()
        samples, answers = [], [[] for _ in wanted]
        for _ in range(samples_of_each):
            if given["dtype"] == np.float32:
                sample = random.normal(0, 1.5, given["shape"]).astype(np.float32)
            else:
                bounds = np.iinfo(given["dtype"])
                sample = random.integers(bounds.min, bounds.max + 1, given["shape"]).astype(given["dtype"])
            interpreter.set_tensor(given["index"], sample)
            interpreter.invoke()
            samples.append(sample)
            for index, each in enumerate(wanted):
                answers[index].append(interpreter.get_tensor(each["index"]))
        tensors[f"{make.__name__}/model"] = np.frombuffer(data, np.uint8)
        tensors[f"{make.__name__}/input"] = np.stack(samples)
        for index, answer in enumerate(answers):
            answer = np.stack(answer)
            tensors[f"{make.__name__}/output.{index}"] = answer
            print(make.__name__, index, answer.shape, answer.dtype, "values", len(np.unique(answer)), answer.min(), answer.max())
    save_file(tensors, output)
    output.chmod(0o644)


def main():
    answered(INT8, OUTPUT, 12)
    Model.is_real = True
    answered(REAL, REAL_OUTPUT, 3)


if __name__ == "__main__":
    main()
