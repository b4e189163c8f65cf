"""The methods of the case study in PyTorch, in the form in which they were published: the penalty is part of the loss and
autograd does the rest, as in a training loop of one's own. A child of the benchmark.

Says first what there is: {"python", "torch", "threads", "fused"}, the last of them whether this PyTorch has the fused Adam on
CPUs. Then answers each line of its input. {"load": {"folder", "inputs", "training", "validation"}} reads x.bin and y.bin (rows
to train on: float32 and int32, little endian) and validationX.bin and validationY.bin. {"train": {"method", "epochs", "of",
"learningRate", "lambda", "lossScale", "batchSize", "seed", "threshold", "fused", ...}} trains a new network for the first
"epochs" of "of" epochs and gives {"seconds", "losses"}, one of each per epoch, and of the network at the end {"penalty",
"nonzero", "wrong"}: R, the fraction of nonzero weights and that of wrong validation labels with the others at 0. The clock
takes what an epoch does and nothing else: rows and network are there before, and the report comes after.
"""

import json
import platform
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    sys.exit(1)

HIDDEN = (300, 100)
CLASSES = 10
# Of KL(log alpha), Molchanov, Ashukha and Vetrov 2017, equation 14.
K1, K2, K3 = 0.63576, 1.87320, 1.48695
TINY = 1e-16
NEAR_ZERO = 1e-8
# For so long an idle thread of OpenMP may spin after its work: it would take a core from whoever is timed next.
SETTLE_SECONDS = 0.02


class Plain:
    """A layer without noise: W as it is, started as nn.Linear is. The base of the others."""

    deviation = None  # of the weights at the start, which are normal then, with biases of 0

    def __init__(self, inputs, outputs, options):
        linear = torch.nn.Linear(inputs, outputs)
        self.options = options
        self.w, self.b = linear.weight, linear.bias
        if self.deviation is not None:
            torch.nn.init.normal_(self.w, 0, self.deviation)
            torch.nn.init.zeros_(self.b)

    def parameters(self):
        return [self.w, self.b]

    def forward(self, a):
        return F.linear(a, self.w, self.b)

    def penalty(self):
        """lambda R is what the loss of a batch gets."""
        return None

    def after_step(self, optimizer):
        """Called without gradients."""

    def regulariser(self):
        """R to report, without gradients."""
        return self.penalty()


class LogSum(Plain):
    """R = sum log(|w| + epsilon), its gradient by autograd."""

    def penalty(self):
        return torch.log(self.w.abs() + self.options["epsilon"]).sum()

    def eta_hat(self):
        """|w| / omega'(|w|)."""
        magnitude = self.w.abs()
        return magnitude * (magnitude + self.options["epsilon"])

    def keep(self):
        eta = self.eta_hat()
        return eta / (eta + self.options["lambda"])


class AdaTikhonov(LogSum):
    """sum (1 - alpha) / alpha w^2 / 2 with alpha held fixed; then alpha follows w."""

    def __init__(self, inputs, outputs, options):
        super().__init__(inputs, outputs, options)
        with torch.no_grad():
            self.after_step(None)

    def after_step(self, optimizer):
        self.alpha = self.keep().clamp_(min=self.options["smallestKeep"])

    def penalty(self):
        weight = (1 - self.alpha) / self.alpha
        return (weight * self.w.square()).sum() / (2 * self.options["lambda"])

    def regulariser(self):
        return LogSum.penalty(self)


class AdaProx(LogSum):
    """The optimiser sees the loss alone; then w is multiplied by alpha for the step size of each coordinate."""

    def penalty(self):
        return None

    def after_step(self, optimizer):
        (group,) = optimizer.param_groups
        state = optimizer.state[self.w]
        correction = 1 - group["betas"][1] ** float(state["step"])
        rate = group["lr"] / (state["exp_avg_sq"] / correction).sqrt_()
        eta = self.eta_hat()
        # A pixel that was never lit has v = 0 and an infinite step size.
        self.w.mul_(eta / (eta + self.options["lambda"] * rate))

    def regulariser(self):
        return LogSum.penalty(self)


class EtaTrick(LogSum):
    """R = (sum w^2 / eta + f(eta) + decay theta) / 2 in w and theta = log(eta / lambda)."""

    def __init__(self, inputs, outputs, options):
        super().__init__(inputs, outputs, options)
        self.theta = torch.nn.Parameter(torch.full_like(self.w, options["theta"]))

    def parameters(self):
        return [self.w, self.b, self.theta]

    def penalty(self):
        epsilon = self.options["epsilon"]
        eta = self.options["lambda"] * self.theta.exp()
        # f(eta) = 2 log(m + epsilon) - m^2 / eta at the m with m (m + epsilon) = eta.
        m = 2 * eta / (epsilon + torch.sqrt(epsilon**2 + 4 * eta))
        f = 2 * torch.log(m + epsilon) - m / (m + epsilon)
        return (self.w.square() / eta + f + self.options["decay"] * self.theta).sum() / 2

    def keep(self):
        return torch.sigmoid(self.theta)


class VarDrop(Plain):
    """W (1 + sqrt(alpha) noise), one draw per weight and batch; theta = log alpha. R = KL."""

    deviation = 0.02

    def __init__(self, inputs, outputs, options):
        super().__init__(inputs, outputs, options)
        self.theta = torch.nn.Parameter(torch.full_like(self.w, options["theta"]))

    def parameters(self):
        return [self.w, self.b, self.theta]

    def forward(self, a):
        noise = torch.randn_like(self.w)
        return F.linear(a, self.w * (1 + torch.exp(self.theta / 2) * noise), self.b)

    def log_alpha(self):
        return self.theta

    def penalty(self):
        t = self.log_alpha()
        return (K1 * torch.sigmoid(-K2 - K3 * t) + F.softplus(-t) / 2).sum()

    def keep(self):
        return torch.sigmoid(-self.log_alpha())


class VarDropLR(VarDrop):
    """The outputs are drawn: mean a W + b, variance a^2 sigma^2."""

    def log_sigma(self):
        return torch.clamp(self.theta / 2 + torch.log(TINY + self.w.abs()), -10, 10)

    def forward(self, a):
        mean = F.linear(a, self.w, self.b)
        variance = F.linear(a * a, torch.exp(2 * self.log_sigma()))
        return mean + torch.sqrt(variance + NEAR_ZERO) * torch.randn_like(mean)


class VarDropLRAR(VarDropLR):
    """theta = log sigma, that of additive noise."""

    def log_sigma(self):
        return self.theta

    def log_alpha(self):
        return torch.clamp(2 * self.theta - 2 * torch.log(TINY + self.w.abs()), -10, 10)


METHODS = {
    "varDropLRAR": VarDropLRAR,
    "varDropLR": VarDropLR,
    "varDrop": VarDrop,
    "etaTrick": EtaTrick,
    "adaProx": AdaProx,
    "adaTikhonov": AdaTikhonov,
    "logSum": LogSum,
}


def forward(layers, x):
    for layer in layers[:-1]:
        x = F.relu(layer.forward(x))
    return layers[-1].forward(x)


def train_epoch(layers, optimizer, data, options):
    """The mean loss of its batches, without R."""
    x, y = data
    scale, strength, size = options["lossScale"], options["lambda"], options["batchSize"]
    order = torch.randperm(len(y))
    total = torch.zeros(())
    for begin in range(0, len(y), size):
        rows = order[begin : begin + size]
        batch = x.index_select(0, rows)
        loss = F.cross_entropy(forward(layers, batch), y.index_select(0, rows))
        objective = loss
        for layer in layers:
            penalty = layer.penalty()
            if penalty is not None:
                objective = objective + strength * penalty
        if scale != 1:
            objective = scale * objective
        optimizer.zero_grad(set_to_none=True)
        objective.backward()
        optimizer.step()
        with torch.no_grad():
            for layer in layers:
                layer.after_step(optimizer)
        total += loss.detach() * len(rows)
    return total.item() / len(y)


@torch.no_grad()
def report(layers, data, options):
    x, y = data
    kept = 0
    activation = x
    for k, layer in enumerate(layers):
        mask = (layer.keep() >= options["threshold"]) & (layer.w != 0)
        kept += mask.sum().item()
        activation = F.linear(activation, layer.w * mask, layer.b)
        if k + 1 < len(layers):
            activation = F.relu(activation)
    wrong = (activation.argmax(1) != y).double().mean().item() if len(y) > 0 else None
    penalty = sum(layer.regulariser().double().item() for layer in layers)
    return {"penalty": penalty, "nonzero": kept / sum(layer.w.numel() for layer in layers), "wrong": wrong}


def train(data, validation, options):
    torch.manual_seed(options["seed"])
    sizes = (data[0].shape[1], *HIDDEN, CLASSES)
    make = METHODS[options["method"]]
    layers = [make(inputs, outputs, options) for inputs, outputs in zip(sizes, sizes[1:])]
    parameters = [parameter for layer in layers for parameter in layer.parameters()]
    more = {"fused": True} if options["fused"] else {}
    optimizer = torch.optim.Adam(parameters, lr=options["learningRate"], betas=(0.9, 0.999), **more)
    seconds, losses = [], []
    for epoch in range(options["epochs"]):
        begin = time.perf_counter()
        optimizer.param_groups[0]["lr"] = options["learningRate"] * (1 - epoch / options["of"])
        losses.append(train_epoch(layers, optimizer, data, options))
        seconds.append(time.perf_counter() - begin)
    return {"seconds": seconds, "losses": losses, **report(layers, validation, options)}


def read(path, rows, columns):
    if rows == 0:
        return torch.empty((0, columns) if columns else 0)
    dtype = torch.float32 if columns else torch.int32
    flat = torch.from_file(path, shared=False, size=rows * (columns or 1), dtype=dtype)
    return flat.clone().reshape(rows, columns) if columns else flat.long()


def load(request):
    folder, inputs = request["folder"], request["inputs"]
    training, validation = request["training"], request["validation"]
    return (
        (read(f"{folder}/x.bin", training, inputs), read(f"{folder}/y.bin", training, 0)),
        (read(f"{folder}/validationX.bin", validation, inputs), read(f"{folder}/validationY.bin", validation, 0)),
    )


def has_fused():
    try:
        w = torch.zeros(2, requires_grad=True)
        w.sum().backward()
        torch.optim.Adam([w], fused=True).step()
        return True
    except (RuntimeError, TypeError, ValueError):
        return False


def say(message):
    print(json.dumps(message), flush=True)


def main():
    if len(sys.argv) > 1:
        torch.set_num_threads(int(sys.argv[1]))
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    say({**versions, "threads": torch.get_num_threads(), "fused": has_fused()})
    data = validation = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if "load" in request:
                data, validation = load(request["load"])
                say({"rows": len(data[1])})
            else:
                result = train(data, validation, request["train"])
                time.sleep(SETTLE_SECONDS)
                say(result)
        except Exception as error:  # whatever it was, the benchmark says so and goes on
            say({"error": f"{type(error).__name__}: {error}"})


main()
