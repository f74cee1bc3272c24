"""Attention alone, forward and backward: which of PyTorch's kernels take heads of few channels, and whether filling heads up pays."""

import statistics
import time

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

BLOCK = "attention"
BACKENDS = {
    "flash": SDPBackend.FLASH_ATTENTION,
    "memory-efficient": SDPBackend.EFFICIENT_ATTENTION,
    "cudnn": SDPBackend.CUDNN_ATTENTION,
    "math": SDPBackend.MATH,
}


def measure(session):
    tokens = session.sizes.tokens
    for kind in ("bfloat16", "float32"):
        for channels in (4, 8, 12, 16, 32):
            for filled in sorted({channels, -(-channels // 8) * 8}):
                key = f"{kind} {tokens} tokens, {channels} channels a head as {filled}"
                if session.has(BLOCK, key) or session.left() < 20:
                    continue
                session.record(BLOCK, key, milliseconds=times(session, getattr(torch, kind), tokens, channels, filled))


def times(session, kind, tokens, channels, filled):
    """Milliseconds by kernel; None where one does not take the shape. "automatic" is what PyTorch chooses."""
    shape = (8 if session.device.startswith("cuda") else 1, 2, tokens, channels)
    torch.manual_seed(channels)
    leaves = [torch.randn(shape, device=session.device, dtype=kind, requires_grad=True) for _ in range(3)]
    gradient = torch.randn(shape, device=session.device, dtype=kind)

    def step():
        padded = [torch.nn.functional.pad(x, (0, filled - channels)) if filled > channels else x for x in leaves]
        output = torch.nn.functional.scaled_dot_product_attention(*padded, scale=channels**-0.5)
        torch.autograd.backward(output[..., :channels], gradient)

    found = {"automatic": timed(session, step)}
    for name, backend in BACKENDS.items():
        try:
            with sdpa_kernel(backend):
                found[name] = timed(session, step)
        except RuntimeError:
            found[name] = None
    return found


def timed(session, step):
    wait = torch.cuda.synchronize if session.device.startswith("cuda") else (lambda: None)
    count = 1 if session.is_dry else 10
    step()
    rounds = []
    for _ in range(1 if session.is_dry else 5):
        wait()
        start = time.perf_counter()
        for _ in range(count):
            step()
        wait()
        rounds.append((time.perf_counter() - start) * 1e3 / count)
    return round(statistics.median(rounds), 4)
