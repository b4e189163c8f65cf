"""Masks by numpy and PyTorch, each in its usual form and in the fastest one that was found, as a child of the benchmark.

Says first what there is: {"python", "numpy", "torch", "threads", "cases"}. Then, for each line {"case", "size"} of its input,
{"seconds"} that one run took by its own clock; with "check" the mean of the result instead.
"""

import json
import math
import platform
import sys
import time

try:
    import numpy
except ImportError:
    numpy = None
try:
    import torch
except ImportError:
    torch = None

BETA, GAMMA, ZETA = 2 / 3, -0.1, 1.1
ONE_ALPHA = 0.3
GOLDEN = 0.6180339887498949
# For so long an idle thread of OpenMP may spin after its work: it would take a core from whoever is timed next.
SETTLE_SECONDS = 0.02


def numpy_cases(size):
    """Name -> what makes a mask, of which one run is timed. The same numbers as in bench/trials/masks/data.ts."""
    rng = numpy.random.Generator(numpy.random.SFC64(7))
    alpha = (0.05 + 0.9 * (numpy.arange(size) * GOLDEN % 1)).astype(numpy.float32)
    uniform = numpy.empty(size, numpy.float32)
    kept = numpy.empty(size, bool)
    out = numpy.empty(size, numpy.float32)
    single = {"out": uniform, "dtype": numpy.float32}

    def scaled():
        return numpy.where(rng.random(size, dtype=numpy.float32) < alpha, 1 / alpha, numpy.float32(0))

    def scaled_where():
        rng.random(**single)
        numpy.less(uniform, alpha, out=kept)
        out.fill(0)
        return numpy.divide(1, alpha, out=out, where=kept)

    def scaled_divide():
        rng.random(**single)
        numpy.less(uniform, alpha, out=kept)
        return numpy.divide(kept, alpha, out=out)

    def bits_one():
        return numpy.packbits(rng.random(size) < ONE_ALPHA)

    def bits_one_single():
        rng.random(**single)
        return numpy.packbits(numpy.less(uniform, numpy.float32(ONE_ALPHA), out=kept))

    def bits_each():
        rng.random(**single)
        return numpy.packbits(numpy.less(uniform, alpha, out=kept))

    return {
        "numpy SFC64 where": scaled,
        "numpy SFC64 divide(where=), out=": scaled_where,
        "numpy SFC64 kept / alpha, out=": scaled_divide,
        "numpy packbits(random < alpha)": bits_one,
        "numpy packbits, float32, out=": bits_one_single,
        "numpy packbits, alpha each, float32, out=": bits_each,
    }


def torch_cases(size):
    torch.manual_seed(7)
    index = torch.arange(size, dtype=torch.float64)
    alpha = (0.05 + 0.9 * torch.frac(index * GOLDEN)).float()
    del index
    sigma = torch.sqrt((1 - alpha) / alpha)
    location = torch.log(alpha / (1 - alpha))
    out = torch.empty(size)
    spare = torch.empty(size)

    def rand_less():
        torch.rand(size, out=spare)
        return torch.lt(spare, alpha, out=out)

    def hard_concrete():
        u = torch.empty(size).uniform_(1e-7, 1 - 1e-7)
        s = torch.sigmoid((torch.log(u) - torch.log(1 - u) + location) / BETA)
        return torch.clamp(s * (ZETA - GAMMA) + GAMMA, 0, 1)

    def hard_concrete_in_place():
        out.uniform_().logit_(1e-7).add_(location).mul_(1 / BETA).sigmoid_()
        return out.mul_(ZETA - GAMMA).add_(GAMMA).clamp_(0, 1)

    return {
        "torch.bernoulli(alpha)": lambda: torch.bernoulli(alpha),
        "torch.bernoulli(alpha, out=)": lambda: torch.bernoulli(alpha, out=out),
        "torch rand < alpha, out=": rand_less,
        "torch.bernoulli(alpha) / alpha": lambda: torch.bernoulli(alpha) / alpha,
        "torch.bernoulli(alpha, out=) / alpha": lambda: torch.bernoulli(alpha, out=out).div_(alpha),
        "torch rand < alpha, / alpha, out=": lambda: rand_less().div_(alpha),
        "torch.bernoulli_(0.3)": lambda: out.bernoulli_(ONE_ALPHA),
        "1 + s * torch.randn": lambda: 1 + sigma * torch.randn(size),
        "1 + s * torch.randn, in place": lambda: torch.randn(size, out=out).mul_(sigma).add_(1),
        "torch hard concrete": hard_concrete,
        "torch hard concrete, in place": hard_concrete_in_place,
    }


class Cases:
    """Those of one size; arrays of another are dropped."""

    def __init__(self):
        self.size = 0
        self.made = {}

    def get(self, library, name, size):
        if size != self.size:
            self.made = {}
            self.size = size
        if library not in self.made:
            self.made[library] = {"numpy": numpy_cases, "torch": torch_cases}[library](size)
        return self.made[library][name]


def mean_of(result, size):
    if torch is not None and isinstance(result, torch.Tensor):
        return result.double().mean().item()
    if result.dtype == numpy.uint8:
        return int(numpy.unpackbits(result, count=size).sum()) / size
    return float(result.mean(dtype=numpy.float64))


def answer(cases, request):
    size = int(request["size"])
    run = cases.get(request["library"], request["case"], size)
    if request.get("check"):
        mean = mean_of(run(), size)
        return {"mean": mean} if math.isfinite(mean) else {"error": "the mean is not finite"}
    begin = time.perf_counter()
    run()
    seconds = time.perf_counter() - begin
    time.sleep(SETTLE_SECONDS)
    return {"seconds": seconds}


def main():
    if torch is not None:
        torch.set_grad_enabled(False)
    say(
        {
            "python": platform.python_version(),
            "numpy": numpy and numpy.__version__,
            "torch": torch and torch.__version__,
            "threads": torch and torch.get_num_threads(),
        }
    )
    cases = Cases()
    for line in sys.stdin:
        try:
            say(answer(cases, json.loads(line)))
        except Exception as error:  # whatever it was, the benchmark says so and goes on
            say({"error": f"{type(error).__name__}: {error}"})


def say(message):
    print(json.dumps(message), flush=True)


main()
