"""The peers in Python, where they can be imported: NumPy forward, PyTorch with gradients. Writes what the
benchmark programs write: JSON with a name WORKLOAD/SIZE/SIDE and a time for each repetition.

    arrays.py --check | OUTPUT.json
"""

import json
import math
import os
import random
import sys
import time

VECTOR_SIZES = (1, 8, 1000, 10_000, 1_000_000, 10_000_000)
SECONDS = 0.05  # for one repetition, at least


def importable(name):
    """The module, or None."""
    try:
        return __import__(name)
    except ImportError:
        return None


def uniform(count, low, high):
    """Fresh random numbers."""
    return [random.uniform(low, high) for _ in range(count)]


def fused(x, y):
    """(b), for one element."""
    return math.exp(-x * x) * math.sin(y) + math.log(1 + x * x)


def numpy_sides(numpy):
    """{workload: size → function of no arguments}"""

    def data(size, low, high):
        return numpy.random.default_rng(1).uniform(low, high, size)

    def linear(size):
        x, b = data(size, -2, 2), data(size, -1, 1)
        return lambda: 1.5 * x + b

    def fused_one(size):
        x, y = data(size, -2, 2), data(size, -3, 3)
        return lambda: numpy.exp(-x * x) * numpy.sin(y) + numpy.log(1 + x * x)

    return {"a_linear": linear, "b_fused": fused_one}


def numpy_agrees(numpy):
    """Checks the formula against Python's own functions."""
    x, y = uniform(1000, -2, 2), uniform(1000, -3, 3)
    a, b = numpy.array(x), numpy.array(y)
    results = numpy.exp(-a * a) * numpy.sin(b) + numpy.log(1 + a * a)
    return all(abs(r - fused(*xy)) < 1e-12 for r, xy in zip(results, zip(x, y)))


def torch_sides(torch):
    """As numpy_sides, with gradients."""

    def leaf(size, low, high):
        x = torch.empty(size, dtype=torch.float64).uniform_(low, high)
        return x.requires_grad_(True)

    def fused_gradient(size):
        x, y = leaf(size, -2, 2), leaf(size, -3, 3)

        def run():
            loss = (torch.exp(-x * x) * torch.sin(y) + torch.log(1 + x * x)).sum()
            return loss, *torch.autograd.grad(loss, (x, y))

        return run

    def logsumexp_gradient(size):
        x = leaf(size, -5, 5)

        def run():
            loss = torch.logsumexp(x, 0)
            return loss, *torch.autograd.grad(loss, x)

        return run

    return {"c_fused_gradient": fused_gradient, "d_logsumexp_gradient": logsumexp_gradient}


def torch_agrees(torch):
    """Checks value and gradients against Python's own functions."""
    x, y = uniform(1000, -2, 2), uniform(1000, -3, 3)
    a = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(y, dtype=torch.float64, requires_grad=True)
    loss = (torch.exp(-a * a) * torch.sin(b) + torch.log(1 + a * a)).sum()
    by_x, by_y = torch.autograd.grad(loss, (a, b))
    expected = math.fsum(map(fused, x, y))
    good = abs(loss.item() - expected) < 1e-9
    for u, v, gu, gv in zip(x, y, by_x.tolist(), by_y.tolist()):
        e = math.exp(-u * u)
        good = good and abs(gu - 2 * u * (1 / (1 + u * u) - e * math.sin(v))) < 1e-10
        good = good and abs(gv - e * math.cos(v)) < 1e-10
    return good


def repetition(run):
    """Nanoseconds of one call, from as many calls as fill the time."""
    calls = 1
    while True:
        start = time.perf_counter()
        for _ in range(calls):
            run()
        seconds = time.perf_counter() - start
        if seconds >= SECONDS:
            return seconds / calls * 1e9
        calls = max(2 * calls, int(1.1 * calls * SECONDS / max(seconds, 1e-9)))


def measured(side, workloads):
    """The entries of the JSON file for one peer."""
    smallest = int(os.environ.get("BENCH_SMALLEST", 0))
    entries = []
    for workload, make in workloads.items():
        for size in VECTOR_SIZES:
            if size < smallest:
                continue
            print(f"    {side}: {workload} {size}", file=sys.stderr)
            run = make(size)
            for _ in range(int(os.environ.get("BENCH_REPETITIONS", 5))):
                entries.append({"name": f"{workload}/{size}/{side}", "real_time": repetition(run)})
    return entries


def main():
    threads = int(os.environ.get("XGRAD_THREADS", 1))
    passed = failed = 0
    entries = []
    for name, side, agrees, sides in (
        ("numpy", "NumPy", numpy_agrees, numpy_sides),
        ("torch", "PyTorch", torch_agrees, torch_sides),
    ):
        module = importable(name)
        if module is None:
            print(f"    {side} is left out: it is not installed", file=sys.stderr)
            continue
        if name == "torch":
            module.set_num_threads(threads)
        if not agrees(module):
            print(f"{side} does not compute the same", file=sys.stderr)
            failed += 1
            continue
        passed += 1
        if sys.argv[1] != "--check":
            entries += measured(side, sides(module))
    if sys.argv[1] == "--check":
        print(f"{passed} passed, {failed} failed")
    else:
        with open(sys.argv[1], "w", encoding="utf-8") as file:
            json.dump({"benchmarks": entries}, file)
    return 1 if failed else 0


sys.exit(main())
