#!/usr/bin/env python3
"""Golden numbers of int8 kernels from LiteRT's reference implementation.

Writes models of one operation each, runs them with LiteRT's reference kernels (`BUILTIN_REF`) and stores what went in and what
came out in Tests/DeviceRuntimeTests/Resources/litert.json; functions of one number as tables of 256, and multipliers, in
Tests/QuantizationTests/Resources/litert-tables.json. Deterministic; needs no converter:

    pip install ai-edge-litert==2.3.0 tflite==2.18.0 flatbuffers numpy
    python3 Tests/Golden/make_litert_golden.py
"""

import json
import math
import pathlib

import flatbuffers
import numpy as np
import tflite
from ai_edge_litert.interpreter import Interpreter, OpResolverType

OUTPUT = pathlib.Path(__file__).parent.parent / "DeviceRuntimeTests" / "Resources" / "litert.json"
TABLES = OUTPUT.parent.parent.parent / "QuantizationTests" / "Resources" / "litert-tables.json"
random = np.random.default_rng(2023)


def vector(builder, start, items):
    start(builder, len(items))
    for item in reversed(items):
        builder.PrependUOffsetTRelative(item)
    return builder.EndVector()


def tensor(builder, name, shape, kind, buffer, scales, zeros, axis=0):
    name = builder.CreateString(name)
    shape = builder.CreateNumpyVector(np.array(shape, np.int32))
    scales = builder.CreateNumpyVector(np.array(scales, np.float32))
    zeros = builder.CreateNumpyVector(np.array(zeros, np.int64))
    tflite.QuantizationParametersStart(builder)
    tflite.QuantizationParametersAddScale(builder, scales)
    tflite.QuantizationParametersAddZeroPoint(builder, zeros)
    tflite.QuantizationParametersAddQuantizedDimension(builder, axis)
    quantization = tflite.QuantizationParametersEnd(builder)
    tflite.TensorStart(builder)
    tflite.TensorAddShape(builder, shape)
    tflite.TensorAddType(builder, kind)
    tflite.TensorAddBuffer(builder, buffer)
    tflite.TensorAddName(builder, name)
    tflite.TensorAddQuantization(builder, quantization)
    return tflite.TensorEnd(builder)


def model(code, version, kind, options, tensors, inputs):
    """tensors: (name, shape, type, data or None, scales, zero points, axis); the last is the output."""
    builder = flatbuffers.Builder(1 << 16)
    buffers, described = [], []
    tflite.BufferStart(builder)
    buffers.append(tflite.BufferEnd(builder))
    for name, shape, element, data, scales, zeros, axis in tensors:
        index = 0
        if data is not None:
            raw = builder.CreateNumpyVector(np.frombuffer(data.tobytes(), np.uint8))
            tflite.BufferStart(builder)
            tflite.BufferAddData(builder, raw)
            index = len(buffers)
            buffers.append(tflite.BufferEnd(builder))
        described.append(tensor(builder, name, shape, element, index, scales, zeros, axis))
    options = options(builder) if options else None
    ins = builder.CreateNumpyVector(np.array(range(len(tensors) - 1), np.int32))
    outs = builder.CreateNumpyVector(np.array([len(tensors) - 1], np.int32))
    tflite.OperatorStart(builder)
    tflite.OperatorAddInputs(builder, ins)
    tflite.OperatorAddOutputs(builder, outs)
    if options is not None:
        tflite.OperatorAddBuiltinOptionsType(builder, kind)
        tflite.OperatorAddBuiltinOptions(builder, options)
    operator = tflite.OperatorEnd(builder)
    operators = vector(builder, tflite.SubGraphStartOperatorsVector, [operator])
    tensors_ = vector(builder, tflite.SubGraphStartTensorsVector, described)
    graph_inputs = builder.CreateNumpyVector(np.array(inputs, np.int32))
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, tensors_)
    tflite.SubGraphAddInputs(builder, graph_inputs)
    tflite.SubGraphAddOutputs(builder, outs)
    tflite.SubGraphAddOperators(builder, operators)
    graph = tflite.SubGraphEnd(builder)
    graphs = vector(builder, tflite.ModelStartSubgraphsVector, [graph])
    tflite.OperatorCodeStart(builder)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, code)
    tflite.OperatorCodeAddBuiltinCode(builder, code)
    tflite.OperatorCodeAddVersion(builder, version)
    codes = vector(builder, tflite.ModelStartOperatorCodesVector, [tflite.OperatorCodeEnd(builder)])
    buffers = vector(builder, tflite.ModelStartBuffersVector, buffers)
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    tflite.ModelAddOperatorCodes(builder, codes)
    tflite.ModelAddSubgraphs(builder, graphs)
    tflite.ModelAddBuffers(builder, buffers)
    builder.Finish(tflite.ModelEnd(builder), b"TFL3")
    return bytes(builder.Output())


def run(content, inputs):
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    for detail, value in zip(interpreter.get_input_details(), inputs):
        interpreter.set_tensor(detail["index"], value)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


def multiplier(real):
    """LiteRT's QuantizeMultiplier: a Q31 number and a shift to the left."""
    if real == 0:
        return 0, 0
    fraction, shift = math.frexp(real)
    fixed = math.floor(fraction * (1 << 31) + 0.5)
    if fixed == 1 << 31:
        fixed //= 2
        shift += 1
    return int(fixed), int(shift)


def int8(*shape):
    # Extremes are as likely as they would be never by chance.
    values = random.integers(-128, 128, shape)
    values[random.random(shape) < 0.05] = -128
    values[random.random(shape) < 0.05] = 127
    return values.astype(np.int8)


def numbers(array):
    return [int(value) for value in np.asarray(array).reshape(-1)]


def channels_scale(outputs, depth, input_scale, output_scale):
    """Weight scales that spread the outputs over int8, with some channels of extreme scale."""
    spread = 120 / (73 * 73 * math.sqrt(depth))
    scales = spread * random.uniform(0.5, 2, outputs) * output_scale / input_scale
    scales[0] *= 300  # nearly everything saturates, and the multiplier is above 1/2
    scales[-1] /= 300
    return scales.astype(np.float32)


def tables(input_scale, weight_scales, output_scale):
    pairs = [multiplier(float(np.float64(np.float32(input_scale)) * np.float64(w) / np.float64(np.float32(output_scale))))
             for w in weight_scales]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


ACTIVATIONS = {"none": tflite.ActivationFunctionType.NONE, "relu6": tflite.ActivationFunctionType.RELU6}


def limits(activation, scale, zero):
    if activation == "none":
        return -128, 127
    return max(-128, zero), min(127, zero + round(6 / scale))


def convolution(name, height, width, channels, outputs, kernel, stride, padding, depthwise=False, activation="none", groups=1, dilation=1):
    input_scale, output_scale, input_zero, output_zero = 0.037, 0.051, int(random.integers(-128, 128)), -7
    x = int8(1, height, width, channels)
    shape = (1, *kernel, channels) if depthwise else (outputs, *kernel, channels // groups)
    depth = kernel[0] * kernel[1] * (1 if depthwise else channels // groups)
    weights = random.integers(-127, 128, shape).astype(np.int8)
    scales = channels_scale(outputs, depth, input_scale, output_scale)
    bias = random.integers(-3000, 3001, outputs).astype(np.int32)
    extent = [(k - 1) * dilation + 1 for k in kernel]
    out = [-(-side // stride) if padding == "same" else (side - k) // stride + 1 for side, k in zip((height, width), extent)]

    def options(builder):
        start, end, add = (
            (tflite.DepthwiseConv2DOptionsStart, tflite.DepthwiseConv2DOptionsEnd, "DepthwiseConv2DOptions") if depthwise
            else (tflite.Conv2DOptionsStart, tflite.Conv2DOptionsEnd, "Conv2DOptions"))
        start(builder)
        put = lambda field, value: getattr(tflite, f"{add}Add{field}")(builder, value)
        put("Padding", tflite.Padding.SAME if padding == "same" else tflite.Padding.VALID)
        put("StrideH", stride)
        put("StrideW", stride)
        put("DilationHFactor", dilation)
        put("DilationWFactor", dilation)
        put("FusedActivationFunction", ACTIVATIONS[activation])
        if depthwise:
            put("DepthMultiplier", 1)
        return end(builder)

    code = tflite.BuiltinOperator.DEPTHWISE_CONV_2D if depthwise else tflite.BuiltinOperator.CONV_2D
    kind = tflite.BuiltinOptions.DepthwiseConv2DOptions if depthwise else tflite.BuiltinOptions.Conv2DOptions
    content = model(code, 3, kind, options, [
        ("input", x.shape, tflite.TensorType.INT8, None, [input_scale], [input_zero], 0),
        ("weights", shape, tflite.TensorType.INT8, weights, scales, [0] * outputs, 3 if depthwise else 0),
        ("bias", (outputs,), tflite.TensorType.INT32, bias, (scales * input_scale), [0] * outputs, 0),
        ("output", (1, *out, outputs), tflite.TensorType.INT8, None, [output_scale], [output_zero], 0),
    ], [0])
    y = run(content, [x])
    before = [max(0, (o - 1) * stride + k - side) // 2 if padding == "same" else 0
              for o, k, side in zip(out, extent, (height, width))]
    multipliers, shifts = tables(input_scale, scales, output_scale)
    low, high = limits(activation, output_scale, output_zero)
    return {
        "name": name, "operation": "depthwise" if depthwise else "convolution", "input": [height, width, channels],
        "output": [*out, outputs], "kernel": list(kernel), "stride": stride, "padding": before, "groups": groups,
        **({"dilation": dilation} if dilation > 1 else {}),
        "inputZero": input_zero, "outputZero": output_zero, "low": low, "high": high, "multipliers": multipliers,
        "shifts": shifts, "bias": numbers(bias), "weights": numbers(weights), "x": numbers(x), "expected": numbers(y),
    }


def linear(name, inputs, outputs):
    input_scale, output_scale, input_zero, output_zero = 0.02, 0.3, 11, 5
    x = int8(1, inputs)
    weights = random.integers(-127, 128, (outputs, inputs)).astype(np.int8)
    scale = float(channels_scale(3, inputs, input_scale, output_scale)[1])
    bias = random.integers(-3000, 3001, outputs).astype(np.int32)

    def options(builder):
        tflite.FullyConnectedOptionsStart(builder)
        return tflite.FullyConnectedOptionsEnd(builder)

    content = model(tflite.BuiltinOperator.FULLY_CONNECTED, 4, tflite.BuiltinOptions.FullyConnectedOptions, options, [
        ("input", x.shape, tflite.TensorType.INT8, None, [input_scale], [input_zero], 0),
        ("weights", weights.shape, tflite.TensorType.INT8, weights, [scale], [0], 0),
        ("bias", (outputs,), tflite.TensorType.INT32, bias, [scale * input_scale], [0], 0),
        ("output", (1, outputs), tflite.TensorType.INT8, None, [output_scale], [output_zero], 0),
    ], [0])
    multipliers, shifts = tables(input_scale, [np.float32(scale)] * outputs, output_scale)
    return {
        "name": name, "operation": "linear", "input": [1, 1, inputs], "output": [1, 1, outputs], "inputZero": input_zero,
        "outputZero": output_zero, "low": -128, "high": 127, "multipliers": multipliers, "shifts": shifts,
        "bias": numbers(bias), "weights": numbers(weights), "x": numbers(x), "expected": numbers(run(content, [x])),
    }


def binary(name, operation, scales, zeros, activation="none"):
    shape = (1, 4, 16, 8)
    a, b = int8(*shape), int8(*shape)
    prefix = {"add": "Add", "subtract": "Sub", "multiply": "Mul"}[operation]
    is_sum = operation != "multiply"

    def options(builder):
        getattr(tflite, f"{prefix}OptionsStart")(builder)
        getattr(tflite, f"{prefix}OptionsAddFusedActivationFunction")(builder, ACTIVATIONS[activation])
        return getattr(tflite, f"{prefix}OptionsEnd")(builder)

    code = getattr(tflite.BuiltinOperator, prefix.upper())
    kind = getattr(tflite.BuiltinOptions, f"{prefix}Options")
    content = model(code, 2, kind, options, [
        (key, shape, tflite.TensorType.INT8, None, [scale], [zero], 0)
        for key, scale, zero in zip(("a", "b", "output"), scales, zeros)], [0, 1])
    first, second, result = (float(np.float32(scale)) for scale in scales)
    if is_sum:
        twice = 2 * max(first, second)
        pairs = [multiplier(first / twice), multiplier(second / twice), multiplier(twice / ((1 << 20) * result))]
    else:
        pairs = [multiplier(float(np.float32(scales[0]) * np.float32(scales[1]) / np.float32(scales[2])))]
    low, high = limits(activation, scales[2], zeros[2])
    return {
        "name": name, "operation": operation, "input": list(shape[1:]), "output": list(shape[1:]), "inputZero": zeros[0],
        "secondZero": zeros[1], "outputZero": zeros[2], "low": low, "high": high, "multipliers": [p[0] for p in pairs],
        "shifts": [p[1] for p in pairs], "x": numbers(a), "second": numbers(b), "expected": numbers(run(content, [a, b])),
    }


def pooling(name, operation, height, width, channels, kernel, stride, padding):
    x = int8(1, height, width, channels)
    out = [-(-side // stride) if padding == "same" else (side - k) // stride + 1 for side, k in zip((height, width), kernel)]

    def options(builder):
        tflite.Pool2DOptionsStart(builder)
        tflite.Pool2DOptionsAddPadding(builder, tflite.Padding.SAME if padding == "same" else tflite.Padding.VALID)
        tflite.Pool2DOptionsAddStrideH(builder, stride)
        tflite.Pool2DOptionsAddStrideW(builder, stride)
        tflite.Pool2DOptionsAddFilterHeight(builder, kernel[0])
        tflite.Pool2DOptionsAddFilterWidth(builder, kernel[1])
        return tflite.Pool2DOptionsEnd(builder)

    code = tflite.BuiltinOperator.MAX_POOL_2D if operation == "max" else tflite.BuiltinOperator.AVERAGE_POOL_2D
    content = model(code, 2, tflite.BuiltinOptions.Pool2DOptions, options, [
        ("input", x.shape, tflite.TensorType.INT8, None, [0.1], [3], 0),
        ("output", (1, *out, channels), tflite.TensorType.INT8, None, [0.1], [3], 0)], [0])
    before = [max(0, (o - 1) * stride + k - side) // 2 if padding == "same" else 0
              for o, k, side in zip(out, kernel, (height, width))]
    return {
        "name": name, "operation": operation, "input": [height, width, channels], "output": [*out, channels],
        "kernel": list(kernel), "stride": stride, "padding": before, "inputZero": 3, "x": numbers(x),
        "expected": numbers(run(content, [x])),
    }


INT8, INT32 = tflite.TensorType.INT8, tflite.TensorType.INT32


def no_options(prefix):
    def options(builder):
        getattr(tflite, f"{prefix}OptionsStart")(builder)
        return getattr(tflite, f"{prefix}OptionsEnd")(builder)
    return getattr(tflite.BuiltinOptions, f"{prefix}Options"), options


def halves(name):
    """A linear layer whose sums lie just between two results, below zero too."""
    outputs = 64
    bias = (np.arange(outputs) * 2 - outputs + 1).astype(np.int32)
    x, weights = np.zeros((1, 4), np.int8), random.integers(-127, 128, (outputs, 4)).astype(np.int8)
    kind, options = no_options("FullyConnected")
    scales = np.array([1.0, 0.5, 0.25, 0.125] * 16, np.float32)
    content = model(tflite.BuiltinOperator.FULLY_CONNECTED, 5, kind, options, [
        ("input", x.shape, INT8, None, [0.5], [0], 0), ("weights", weights.shape, INT8, weights, scales, [0] * outputs, 0),
        ("bias", (outputs,), INT32, bias, scales / 2, [0] * outputs, 0),
        ("output", (1, outputs), INT8, None, [1.0], [3], 0)], [0])
    multipliers, shifts = tables(0.5, scales, 1.0)
    return {
        "name": name, "operation": "linearOnce", "input": [1, 1, 4], "output": [1, 1, outputs], "inputZero": 0, "outputZero": 3,
        "low": -128, "high": 127, "multipliers": multipliers, "shifts": shifts, "bias": numbers(bias),
        "weights": numbers(weights), "x": numbers(x), "expected": numbers(run(content, [x])),
    }


def high_product(a, b):
    return (a * b + (1 << 30)) >> 31


def rounded_shift(x, places):
    half = (1 << places) >> 1
    return (x + half) >> places if x >= 0 else -((-x + half) >> places)


def scaled(x, by):
    """MultiplyByQuantizedMultiplier."""
    return rounded_shift(high_product(x << max(by[1], 0), by[0]), max(-by[1], 0))


def exponential(a):
    """gemmlowp's exp_on_negative_values with five bits in front of the point."""
    if a == 0:
        return (1 << 31) - 1
    low = (a & ((1 << 24) - 1)) - (1 << 24)
    x = low * 32 + (1 << 28)
    square = high_product(x, x)
    inner = high_product(rounded_shift(high_product(square, square), 2) + high_product(square, x), 715827883)
    result = 1895147668 + high_product(1895147668, x + rounded_shift(inner + square, 1))
    factors = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
    for place, factor in enumerate(factors):
        if (low - a) >> (24 + place) & 1:
            result = high_product(result, factor)
    return result


def exponentials(scale):
    fixed, left = multiplier(min(float(np.float32(scale)) * (1 << 26), 2.0**31 - 1))
    least = -((31 << 26) >> left) if (31 << 26) % (1 << left) == 0 else -((31 << 26) // (1 << left))
    return [exponential(high_product(-d << left, fixed)) if -d >= least else 0 for d in range(256)]


def softmax(name, scale, pixels, channels):
    x = int8(1, pixels, channels)

    def options(builder):
        tflite.SoftmaxOptionsStart(builder)
        tflite.SoftmaxOptionsAddBeta(builder, 1.0)
        return tflite.SoftmaxOptionsEnd(builder)

    content = model(tflite.BuiltinOperator.SOFTMAX, 2, tflite.BuiltinOptions.SoftmaxOptions, options, [
        ("input", x.shape, INT8, None, [scale], [9], 0), ("output", x.shape, INT8, None, [1 / 256], [-128], 0)], [0])
    return {
        "name": name, "operation": "softmax", "input": [1, pixels, channels], "output": [1, pixels, channels],
        "inputZero": 9, "scale": float(np.float32(scale)), "words": exponentials(scale), "x": numbers(x),
        "expected": numbers(run(content, [x])),
    }


def rectify(name, scales, zeros):
    shape = (1, 5, 6, 12)
    x, slopes = int8(*shape), int8(1, 1, shape[-1])
    content = model(tflite.BuiltinOperator.PRELU, 1, 0, None, [
        ("input", shape, INT8, None, [scales[0]], [zeros[0]], 0), ("slopes", slopes.shape, INT8, slopes, [scales[1]], [zeros[1]], 0),
        ("output", shape, INT8, None, [scales[2]], [zeros[2]], 0)], [0])
    single = [np.float32(scale) for scale in scales]
    pairs = [multiplier(float(single[0] / single[2])), multiplier(float(single[0] * single[1] / single[2]))]
    return {
        "name": name, "operation": "rectify", "input": list(shape[1:]), "output": list(shape[1:]), "inputZero": zeros[0],
        "secondZero": zeros[1], "outputZero": zeros[2], "low": -128, "high": 127, "multipliers": [p[0] for p in pairs],
        "shifts": [p[1] for p in pairs], "weights": numbers(slopes), "x": numbers(x), "expected": numbers(run(content, [x])),
    }


def reduce(name, operation, height, width, channels, scales, zeros):
    x = int8(1, height, width, channels)
    is_mean = operation == "mean"
    if not is_mean:
        scales, zeros = (scales[0],) * 2, (zeros[0],) * 2
    kind, options = no_options("Reducer")
    content = model(tflite.BuiltinOperator.MEAN if is_mean else tflite.BuiltinOperator.REDUCE_MAX, 2, kind, options, [
        ("input", x.shape, INT8, None, [scales[0]], [zeros[0]], 0), ("axes", (2,), INT32, np.array([1, 2], np.int32), [], [], 0),
        ("output", (1, channels), INT8, None, [scales[1]], [zeros[1]], 0)], [0])
    fixed, shift = multiplier(float(np.float32(scales[0])) / float(np.float32(scales[1])))
    count = height * width
    places = min(count.bit_length() - 1, 32, 31 + shift)
    return {
        "name": name, "operation": operation, "input": [height, width, channels], "output": [1, 1, channels],
        "inputZero": zeros[0], "outputZero": zeros[1], "low": -128, "high": 127, "multipliers": [(fixed << places) // count],
        "shifts": [shift - places], "scales": [float(np.float32(scale)) for scale in scales], "x": numbers(x),
        "expected": numbers(run(content, [x])),
    }


def resize(name, operation, size, target, channels, centers=True, corners=False):
    x = int8(1, *size, channels)
    prefix = "ResizeBilinear" if operation == "bilinear" else "ResizeNearestNeighbor"

    def options(builder):
        getattr(tflite, f"{prefix}OptionsStart")(builder)
        getattr(tflite, f"{prefix}OptionsAddAlignCorners")(builder, corners)
        getattr(tflite, f"{prefix}OptionsAddHalfPixelCenters")(builder, centers)
        return getattr(tflite, f"{prefix}OptionsEnd")(builder)

    code = tflite.BuiltinOperator.RESIZE_BILINEAR if operation == "bilinear" else tflite.BuiltinOperator.RESIZE_NEAREST_NEIGHBOR
    content = model(code, 2, getattr(tflite.BuiltinOptions, f"{prefix}Options"), options, [
        ("input", x.shape, INT8, None, [0.1], [3], 0), ("size", (2,), INT32, np.array(target, np.int32), [], [], 0),
        ("output", (1, *target, channels), INT8, None, [0.1], [3], 0)], [0])
    return {
        "name": name, "operation": operation, "input": [*size, channels], "output": [*target, channels], "inputZero": 3,
        **({"alignment": "corners" if corners else "centers" if centers else "edges"} if operation == "nearest" else {}),
        "x": numbers(x), "expected": numbers(run(content, [x])),
    }


def concatenation(name, height, width, channels):
    parts = [int8(1, height, width, count) for count in channels]

    def options(builder):
        tflite.ConcatenationOptionsStart(builder)
        tflite.ConcatenationOptionsAddAxis(builder, 3)
        return tflite.ConcatenationOptionsEnd(builder)

    content = model(tflite.BuiltinOperator.CONCATENATION, 2, tflite.BuiltinOptions.ConcatenationOptions, options, [
        *((f"part{index}", part.shape, INT8, None, [0.1], [3], 0) for index, part in enumerate(parts)),
        ("output", (1, height, width, sum(channels)), INT8, None, [0.1], [3], 0)], list(range(len(parts))))
    return {
        "name": name, "operation": "concatenation", "input": [height, width, channels[0]], "output": [height, width, sum(channels)],
        "inputZero": 3, "x": numbers(parts[0]), "second": numbers(parts[1]), "expected": numbers(run(content, parts)),
    }


def pad(name, height, width, channels, before, after):
    x = int8(1, height, width, channels)
    kind, options = no_options("Pad")
    sides = np.array([[0, 0], [before[0], after[0]], [before[1], after[1]], [0, 0]], np.int32)
    out = [height + before[0] + after[0], width + before[1] + after[1], channels]
    content = model(tflite.BuiltinOperator.PAD, 2, kind, options, [
        ("input", x.shape, INT8, None, [0.1], [-7], 0), ("sides", (4, 2), INT32, sides, [], [], 0),
        ("output", (1, *out), INT8, None, [0.1], [-7], 0)], [0])
    return {
        "name": name, "operation": "pad", "input": [height, width, channels], "output": out, "padding": list(before),
        "inputZero": -7, "x": numbers(x), "expected": numbers(run(content, [x])),
    }


def table(operator, scales, zeros, slope=None):
    """What an operator makes of each int8."""
    x = np.arange(-128, 128, dtype=np.int8).reshape(1, -1)
    kind, options = 0, None
    if slope is not None:
        def options(builder):
            tflite.LeakyReluOptionsStart(builder)
            tflite.LeakyReluOptionsAddAlpha(builder, slope)
            return tflite.LeakyReluOptionsEnd(builder)
        kind = tflite.BuiltinOptions.LeakyReluOptions
    content = model(getattr(tflite.BuiltinOperator, operator), 1 if operator in ("RELU_N1_TO_1", "HARD_SWISH") else 2, kind, options, [
        ("input", x.shape, INT8, None, [scales[0]], [zeros[0]], 0), ("output", x.shape, INT8, None, [scales[1]], [zeros[1]], 0)], [0])
    return {
        "operator": operator, "scales": [float(np.float32(scale)) for scale in scales], "zeros": list(zeros),
        **({"slope": float(np.float32(slope))} if slope is not None else {}), "expected": numbers(run(content, [x])),
    }


def mean_multiplier(scales, count):
    case = reduce("", "mean", 1, count, 1, scales, (0, 0))
    return {"scales": case["scales"], "count": count, "multiplier": case["multipliers"][0], "shift": case["shifts"][0]}


cases = [
    convolution("pointwise", 4, 5, 12, 10, (1, 1), 1, "valid"),
    convolution("pointwise, odd sizes, ReLU6", 5, 5, 7, 13, (1, 1), 1, "valid", activation="relu6"),
    convolution("3×3", 6, 7, 8, 9, (3, 3), 1, "same"),
    convolution("3×3, stride 2, three channels", 9, 8, 3, 8, (3, 3), 2, "same"),
    convolution("patch 4×4, stride 4", 8, 9, 5, 6, (4, 4), 4, "valid"),
    convolution("one channel, 5×5", 7, 7, 1, 4, (5, 5), 2, "same"),
    convolution("3×3, four groups", 5, 5, 16, 8, (3, 3), 1, "same", groups=4),
    convolution("depthwise 3×3", 7, 10, 12, 12, (3, 3), 1, "same", depthwise=True),
    convolution("depthwise 3×3, stride 2, ReLU6", 8, 9, 10, 10, (3, 3), 2, "same", depthwise=True, activation="relu6"),
    convolution("depthwise 5×5", 6, 6, 9, 9, (5, 5), 1, "same", depthwise=True),
    convolution("depthwise 3×3, valid", 5, 8, 16, 16, (3, 3), 1, "valid", depthwise=True),
    linear("linear", 75, 41),
    binary("add", "add", (0.03, 0.05, 0.06), (4, -9, 17)),
    binary("add, ReLU6", "add", (0.5, 0.004, 0.043), (-128, 127, -20), activation="relu6"),
    binary("multiply", "multiply", (0.03, 0.05, 0.06), (4, -9, 17)),
    pooling("average 3×3, stride 2", "average", 7, 8, 6, (3, 3), 2, "same"),
    pooling("average 2×2", "average", 6, 6, 5, (2, 2), 2, "valid"),
    pooling("max 3×3, stride 2", "max", 7, 8, 6, (3, 3), 2, "same"),
    convolution("3×3, stride 2, padded on one side", 8, 10, 6, 7, (3, 3), 2, "same"),
    convolution("depthwise 3×3, stride 2, padded on one side", 8, 10, 11, 11, (3, 3), 2, "same", depthwise=True),
    convolution("3×3, gaps of two", 9, 8, 5, 6, (3, 3), 1, "same", dilation=2),
    convolution("3×3, gaps of three, two groups", 9, 9, 8, 6, (3, 3), 1, "valid", groups=2, dilation=3),
    convolution("depthwise 3×3, gaps of two", 9, 8, 13, 13, (3, 3), 1, "same", depthwise=True, dilation=2),
    pooling("max 2×2, padded on one side", "max", 7, 9, 5, (2, 2), 2, "same"),
    pooling("average 2×2, padded on one side", "average", 7, 9, 5, (2, 2), 2, "same"),
    halves("linear, halves"),
    binary("subtract", "subtract", (0.03, 0.05, 0.06), (4, -9, 17)),
    binary("subtract, ReLU6", "subtract", (0.5, 0.004, 0.043), (-128, 127, -20), activation="relu6"),
    binary("multiply, ReLU6", "multiply", (0.07, 0.05, 0.043), (3, 5, -100), activation="relu6"),
    softmax("softmax", 0.06, 12, 10),
    softmax("softmax, flat", 0.02, 4, 60),
    softmax("softmax, steep", 0.3, 12, 21),
    rectify("parametric ReLU", (0.04, 0.006, 0.05), (-20, 3, 11)),
    rectify("parametric ReLU, larger scale", (0.2, 0.02, 0.05), (127, -128, -5)),
    reduce("mean", "mean", 7, 9, 20, (0.05, 0.007), (-11, 20)),
    reduce("mean of 256", "mean", 16, 16, 12, (0.05, 0.01), (1, 20)),
    reduce("mean of a row", "mean", 1, 5, 64, (0.03, 0.04), (100, -3)),
    reduce("largest", "reduceMax", 3, 2, 24, (0.05, 0.05), (-11, -11)),
    resize("bilinear, twice", "bilinear", (4, 5), (8, 10), 5),
    resize("bilinear, four times", "bilinear", (3, 4), (12, 16), 6),
    resize("bilinear, 5 to 7", "bilinear", (5, 5), (7, 7), 6),
    resize("nearest, twice", "nearest", (4, 5), (8, 10), 5, centers=False),
    resize("nearest, by centres", "nearest", (5, 7), (8, 4), 5),
    resize("nearest, by corners", "nearest", (5, 7), (8, 4), 5, centers=False, corners=True),
    concatenation("concatenation", 4, 5, (3, 6)),
    pad("pad", 5, 4, 6, (1, 2), (3, 0)),
]
OUTPUT.parent.mkdir(parents=True, exist_ok=True)
OUTPUT.write_text("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases) + "\n]\n")
print(f"{len(cases)} cases, {OUTPUT.stat().st_size} bytes")

SOME = [(0.05, -3, 0.04, 11), (0.021, 127, 0.033, -128), (0.1, -128, 0.024, -128), (0.004, 64, 0.013, -60)]
tables_ = [
    table(operator, (a, b), (p, q))
    for operator in ("QUANTIZE", "RELU", "RELU6", "RELU_N1_TO_1", "HARD_SWISH") for a, p, b, q in SOME
    if operator != "HARD_SWISH" or b > a / 2
]
tables_ += [table("LEAKY_RELU", (a, b), (p, q), slope) for a, p, b, q in SOME for slope in (0.1, 0.3)]
tables_ += [table("LOGISTIC", (a, 1 / 256), (p, -128)) for a, p, _, _ in SOME]
tables_ += [table("TANH", (a, 1 / 128), (p, 0)) for a, p, _, _ in SOME]
content = {
    "tables": tables_,
    "exponentials": [{"scale": float(np.float32(scale)), "numbers": exponentials(scale)} for scale in (0.0001, 0.0137, 0.25, 1.7, 40)],
    "means": [mean_multiplier((a, b), count) for a, _, b, _ in SOME for count in (1, 9, 49, 256, 1000)],
}
TABLES.parent.mkdir(parents=True, exist_ok=True)
TABLES.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(f"{len(tables_)} tables, {TABLES.stat().st_size} bytes")
