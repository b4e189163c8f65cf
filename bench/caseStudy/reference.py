"""Small networks trained by PyTorch in float64, for the tests: python reference.py build/trainingNoise.json
test/problems/trainingReference.json, the former being what referenceNoise.ts writes.

Every method is written from its formulas in the form that a training loop of one's own would have: the penalty is part of the
loss, autograd differentiates, torch.optim steps. W is inputs x outputs, z = a W + b, and with L the mean loss of a batch
lossScale (L + lambda R) is minimised. Random numbers are those of the file, so that another implementation can draw them too.
"""

import json
import math
import platform
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
# Of KL(log alpha), Molchanov, Ashukha and Vetrov 2017, equation 14.
K1, K2, K3 = 0.63576, 1.87320, 1.48695
COMMAND = (
    "npx tsc -p bench && node build/bench/caseStudy/referenceNoise.js > build/trainingNoise.json && "
    "python3 bench/caseStudy/reference.py build/trainingNoise.json test/problems/trainingReference.json"
)
ROWS, TRAINED = 23, 20


# omega of a magnitude, element by element


def l1(w, strength):
    return w


def lp(p):
    return lambda w, strength: w**p / p


def log_sum(epsilon):
    return lambda w, strength: torch.log(w + epsilon)


def log_sum_squares(epsilon):
    return lambda w, strength: torch.log(w * w + epsilon)


def mcp(a):
    def omega(w, strength):
        end = a * strength
        return torch.where(w <= end, w - w * w / (2 * end), torch.full_like(w, end / 2))

    return omega


def scad(a):
    def omega(w, strength):
        middle = (2 * a * strength * w - w * w - strength**2) / (2 * (a - 1) * strength)
        flat = torch.full_like(w, (a + 1) * strength / 2)
        return torch.where(w <= strength, w, torch.where(w <= a * strength, middle, flat))

    return omega


PENALTIES = {"l1": lambda: l1, "lp": lp, "logSum": log_sum, "logSumSquares": log_sum_squares, "mcp": mcp, "scad": scad}


def dual_l1(eta):
    return eta


def dual_log_sum(epsilon):
    """f(eta) = 2 omega(m) - m^2 / eta at the m with eta = m (m + epsilon)."""

    def dual(eta):
        m = (torch.sqrt(epsilon**2 + 4 * eta) - epsilon) / 2
        return 2 * torch.log(m + epsilon) - m * m / eta

    return dual


DUALS = {"l1": lambda: dual_l1, "logSum": dual_log_sum}


# Methods: what a layer computes with, its R, and what happens after the optimiser's step


class Method:
    """No method. `noise` are the numbers of a step, in layers; a layer has w, b, theta and its number."""

    has_theta = False

    def __init__(self, case):
        self.options = case["method"]
        self.strength = 0.0
        penalty = case.get("penalty")
        if penalty:
            self.omega_of = PENALTIES[penalty["name"]](*penalty["parameters"])
            if penalty["name"] in DUALS:
                self.dual = DUALS[penalty["name"]](*penalty["parameters"])

    def omega(self, w):
        return self.omega_of(w.abs(), self.strength)

    def eta_hat(self, w):
        """|w| / omega'(|w|), without a gradient."""
        size = w.detach().abs().requires_grad_()
        (slope,) = torch.autograd.grad(self.omega_of(size, self.strength).sum(), size)
        return size.detach() / slope

    def linear(self, layer, a, noise):
        return a @ layer.w + layer.b

    def penalty(self, layer):
        """lambda times it is added to the loss of a batch; a float where nothing is to be differentiated."""
        return 0.0

    def report(self, layer):
        return float(self.penalty(layer))

    def before_step(self, layers):
        pass

    def after_step(self, layers, optimizer, step):
        pass


class DirectPenalty(Method):
    def penalty(self, layer):
        return self.omega(layer.w).sum()


class AdaptiveTikhonov(DirectPenalty):
    def penalty(self, layer):
        eta = self.eta_hat(layer.w)
        alpha = (eta / (eta + self.strength)).clamp(min=self.options["smallestKeep"])
        # An infinite eta, where the penalty is flat.
        alpha = torch.where(eta.isinf(), torch.ones_like(alpha), alpha)
        return ((1 - alpha) / alpha * layer.w**2).sum() / (2 * self.strength)

    def report(self, layer):
        return float(self.omega(layer.w).sum())


class AdaptiveProx(DirectPenalty):
    def penalty(self, layer):
        return 0.0

    def report(self, layer):
        return float(self.omega(layer.w).sum())

    def after_step(self, layers, optimizer, step):
        (group,) = optimizer.param_groups
        for layer in layers:
            rate = torch.full_like(layer.w, group["lr"])
            if isinstance(optimizer, torch.optim.Adam):
                v = optimizer.state[layer.w]["exp_avg_sq"]
                rate = rate / torch.sqrt(v / (1 - group["betas"][1] ** (step + 1)))
            with torch.enable_grad():
                eta = self.eta_hat(layer.w)
            alpha = eta / (eta + rate * self.strength)
            layer.w.mul_(torch.where(eta.isinf(), torch.ones_like(alpha), alpha))


class EtaTrick(Method):
    has_theta = True

    def penalty(self, layer):
        eta = self.strength * torch.exp(layer.theta)
        decay = self.options["decay"]
        return (layer.w**2 / eta + self.dual(eta) + decay * layer.theta).sum() / 2


class AdaptiveDropout(DirectPenalty):
    def penalty(self, layer):
        return 0.0

    def report(self, layer):
        return float(self.omega(layer.w).sum())

    def linear(self, layer, a, noise):
        eta = self.eta_hat(layer.w)
        if self.options["mask"] == "gaussian":
            s = 1 + torch.sqrt(self.strength / eta) * noise["weightNormals"][layer.number]
        else:
            alpha = eta / (eta + self.strength)
            s = torch.where(noise["weightUniforms"][layer.number] < alpha, 1 / alpha, torch.zeros_like(alpha))
        return a @ (s * layer.w) + layer.b


class VariationalDropout(Method):
    has_theta = True

    def log_alpha(self, layer):
        if not self.options["additiveReparametrization"]:
            return layer.theta
        return torch.clamp(2 * layer.theta - 2 * torch.log(1e-16 + layer.w.abs()), -10, 10)

    def log_sigma(self, layer):
        if self.options["additiveReparametrization"]:
            return layer.theta
        return torch.clamp(layer.theta / 2 + torch.log(1e-16 + layer.w.abs()), -10, 10)

    def linear(self, layer, a, noise):
        if self.options["localReparametrization"]:
            variance = (a * a) @ torch.exp(2 * self.log_sigma(layer)) + 1e-8
            return a @ layer.w + layer.b + torch.sqrt(variance) * noise["outputNormals"][layer.number]
        z = noise["weightNormals"][layer.number]
        if self.options["additiveReparametrization"]:
            return a @ (layer.w + torch.exp(layer.theta) * z) + layer.b
        return a @ (layer.w * (1 + torch.exp(layer.theta / 2) * z)) + layer.b

    def penalty(self, layer):
        t = self.log_alpha(layer)
        return (K1 * torch.sigmoid(-K2 - K3 * t) + F.softplus(-t, threshold=100) / 2).sum()


class HardConcrete(Method):
    has_theta = True

    def linear(self, layer, a, noise):
        beta, gamma, zeta = (self.options[name] for name in ("beta", "gamma", "zeta"))
        u = noise["gateUniforms"][layer.number]
        s = torch.sigmoid((torch.log(u) - torch.log(1 - u) + layer.theta) / beta)
        return a @ (layer.w * torch.clamp(gamma + (zeta - gamma) * s, 0, 1)) + layer.b

    def penalty(self, layer):
        beta, gamma, zeta = (self.options[name] for name in ("beta", "gamma", "zeta"))
        return torch.sigmoid(layer.theta - beta * math.log(-gamma / zeta)).sum() / 2


class MagnitudePruning(Method):
    """1 - (1 - t)^3 of the zeros, Zhu and Gupta 2017, after steps begin, begin + interval, ... and end."""

    def before_step(self, layers):
        for layer in layers:
            if hasattr(layer, "mask"):
                layer.w.grad.mul_(layer.mask)

    def after_step(self, layers, optimizer, step):
        begin, end = self.options["begin"], self.options["end"]
        for layer in layers:
            if hasattr(layer, "mask"):
                layer.w.mul_(layer.mask)
        if not begin <= step <= end or (step < end and (step - begin) % self.options["interval"] != 0):
            return
        left = (1 - (step - begin) / (end - begin)) ** 3
        final, initial = self.options["finalSparsity"], self.options["initialSparsity"]
        fraction = final + (initial - final) * left
        for group in [[layer] for layer in layers] if self.options["perLayer"] else [layers]:
            sizes = torch.cat([layer.w.abs().flatten() for layer in group])
            zeros = math.floor(fraction * len(sizes) + 0.5)
            limit = sizes.sort().values[zeros - 1] if zeros > 0 else -1
            for layer in group:
                layer.mask = (layer.w.abs() > limit).double()
                layer.w.mul_(layer.mask)


METHODS = {
    "none": Method,
    "directPenalty": DirectPenalty,
    "adaptiveTikhonov": AdaptiveTikhonov,
    "adaptiveProx": AdaptiveProx,
    "etaTrick": EtaTrick,
    "adaptiveDropout": AdaptiveDropout,
    "variationalDropout": VariationalDropout,
    "hardConcrete": HardConcrete,
    "magnitudePruning": MagnitudePruning,
}


class Layer:
    def __init__(self, number, start, case, has_theta):
        self.number = number
        w = start["weights"].clone()
        if number == 0 and case.get("zeroWeight") is not None:
            w.view(-1)[case["zeroWeight"]] = 0
        theta = case["theta"] + case["thetaDeviation"] * start["theta"] if has_theta else None
        self.w = w.requires_grad_()
        self.b = start["biases"].clone().requires_grad_()
        self.theta = theta.clone().requires_grad_() if theta is not None else None

    def parameters(self):
        return [p for p in (self.w, self.b, self.theta) if p is not None]


ACTIVATIONS = {"relu": F.relu, "tanh": torch.tanh, "identity": lambda z: z}


def loss_of(name, z, y):
    if name == "softmaxCrossEntropy":
        return F.cross_entropy(z, y)
    return ((z - y) ** 2).sum(1).mean() / 2


def make_optimizer(options, parameters):
    options = dict(options)
    name = options.pop("name")
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=0.1, **options)
    betas = (options.pop("beta1", 0.9), options.pop("beta2", 0.999))
    return torch.optim.Adam(parameters, lr=0.1, betas=betas, eps=options.pop("epsilon", 1e-8))


def train(case, start, data, noise, rows, batches):
    """12 steps over `rows` in their order."""
    method = METHODS[case["method"]["name"]](case)
    layers = [Layer(number, one, case, method.has_theta) for number, one in enumerate(start)]
    optimizer = make_optimizer(case["optimizer"], [p for layer in layers for p in layer.parameters()])
    x, targets = data["x"], data["labels" if case["loss"] == "softmaxCrossEntropy" else "targets"]
    activation = ACTIVATIONS[case["activation"]]
    losses, penalties = [], []
    position = 0
    for step, numbers in enumerate(noise):
        size = batches[step % len(batches)]
        batch = rows[position : position + size]
        position = (position + size) % len(rows)
        optimizer.param_groups[0]["lr"] = case["learningRates"][step]
        method.strength = case["lambdas"][step]
        a = x[batch]
        for layer in layers:
            z = method.linear(layer, a, numbers)
            a = activation(z) if layer is not layers[-1] else z
        loss = loss_of(case["loss"], a, targets[batch])
        objective = loss
        if method.strength > 0:
            objective = loss + method.strength * sum(method.penalty(layer) for layer in layers)
        optimizer.zero_grad()
        (case["lossScale"] * objective).backward()
        with torch.no_grad():
            method.before_step(layers)
        optimizer.step()
        with torch.no_grad():
            method.after_step(layers, optimizer, step)
        losses.append(loss.item())
        penalties.append(sum(method.report(layer) for layer in layers))
    final = [
        {
            "weights": layer.w.detach().flatten().tolist(),
            "biases": layer.b.tolist(),
            **({"theta": layer.theta.detach().flatten().tolist()} if method.has_theta else {}),
        }
        for layer in layers
    ]
    assert all(math.isfinite(p) for layer in final for part in layer.values() for p in part), case["title"]
    return {"losses": losses, "penalties": penalties, "final": final}


# The cases


def constant(value):
    return [value] * 12


def linear(value, epochs=4, steps=3):
    return [value * (1 - epoch / epochs) for epoch in range(epochs) for _ in range(steps)]


def rising(value):
    return [value * (step + 1) / 12 for step in range(12)]


def case(title, name, method=None, penalty=None, parameters=(), **more):
    return {
        "title": title,
        "method": {"name": name, **(method or {})},
        **({"penalty": {"name": penalty, "parameters": list(parameters)}} if penalty else {}),
        "loss": "softmaxCrossEntropy",
        "activation": "tanh",
        "optimizer": {"name": "adam"},
        "learningRates": constant(0.02),
        "lambdas": constant(0.0),
        "lossScale": 1,
        **THETA.get(name, {"theta": 0, "thetaDeviation": 0}),
        **more,
    }


# Its starting values are theta + thetaDeviation z, z being those of the start.
THETA = {
    "etaTrick": {"theta": 1, "thetaDeviation": 1},
    "variationalDropout": {"theta": -1, "thetaDeviation": 0.5},
    "hardConcrete": {"theta": 0.5, "thetaDeviation": 1},
}
SGD = {"name": "sgd"}
MOMENTUM = {"name": "sgd", "momentum": 0.9}
NESTEROV = {"name": "sgd", "momentum": 0.8, "nesterov": True}
SQUARED = {"loss": "squaredError"}
GATES = {"beta": 2 / 3, "gamma": -0.1, "zeta": 1.1}
PRUNING = {"initialSparsity": 0.1, "finalSparsity": 0.75, "begin": 0, "end": 9, "interval": 2, "perLayer": False}

LOG_SUM = ("logSum", [0.5])
FAST = {"optimizer": SGD, "learningRates": constant(0.2)}
RELU = {"activation": "relu"}
# A weight that is 0 at the start: there the derivative of |w| is 0.
ZERO = {"zeroWeight": 8}


def at(value):
    return {"lambdas": constant(value)}


def up(value):
    return {"lambdas": rising(value)}


def tikhonov(title, keep, *penalty, **more):
    return case(f"adaptiveTikhonov {title}", "adaptiveTikhonov", {"smallestKeep": keep}, *penalty, **more)


def direct(title, *penalty, **more):
    return case(f"directPenalty {title}", "directPenalty", None, *penalty, **more)


def prox(title, *penalty, **more):
    return case(f"adaptiveProx {title}", "adaptiveProx", None, *penalty, **more)


def eta_trick(title, decay, *penalty, **more):
    return case(f"etaTrick {title}", "etaTrick", {"decay": decay}, *penalty, **more)


def dropout(title, mask, *penalty, **more):
    return case(f"adaptiveDropout {title}", "adaptiveDropout", {"mask": mask}, *penalty, **more)


def variational(title, local, additive, **more):
    options = {"localReparametrization": local, "additiveReparametrization": additive}
    return case(f"variationalDropout{title}", "variationalDropout", options, **more)


OTHER_ADAM = {"name": "adam", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}
OTHER_GATES = {"beta": 0.5, "gamma": -0.3, "zeta": 1.05}
CASES = [
    case("none, relu, Adam", "none", **RELU),
    case("none, tanh, squared error, momentum", "none", optimizer=MOMENTUM, **SQUARED),
    case("none, tanh, Nesterov, linear", "none", optimizer=NESTEROV, learningRates=linear(0.1)),
    case(
        "none, relu, squared error, other constants, linear",
        "none",
        optimizer=OTHER_ADAM,
        learningRates=linear(0.05),
        lossScale=50,
        **RELU,
        **SQUARED,
    ),
    direct("logSum, linear", *LOG_SUM, learningRates=linear(0.02), **at(0.05), **ZERO),
    direct("l1, SGD", "l1", **at(0.05), **FAST, **ZERO),
    direct("mcp, relu", "mcp", [3], **at(0.2), **RELU, **ZERO),
    direct("scad, lambda rises", "scad", [3.7], **up(0.3), **ZERO),
    direct("lp 0.5", "lp", [0.5], lossScale=4, **at(0.02)),
    direct("logSumSquares, momentum", "logSumSquares", [0.3], optimizer=MOMENTUM, **at(0.05), **SQUARED, **ZERO),
    tikhonov("logSum, 1e-3", 1e-3, *LOG_SUM, **at(0.05), **ZERO),
    tikhonov("logSum, 0.3", 0.3, *LOG_SUM, optimizer=NESTEROV, learningRates=constant(0.05), **at(0.5), **ZERO),
    tikhonov("scad, 0.3, lambda rises", 0.3, "scad", [3.7], **up(0.3), **RELU),
    prox("logSum, Adam", *LOG_SUM, **at(0.02), **ZERO),
    prox("logSum, both rise", *LOG_SUM, learningRates=rising(0.02), **up(0.05), **RELU),
    prox("l1, SGD", "l1", **at(0.2), **FAST, **ZERO),
    prox("mcp, momentum, linear", "mcp", [3], optimizer=MOMENTUM, learningRates=linear(0.1), **at(0.3)),
    eta_trick("logSum", 0.3, *LOG_SUM, **at(0.05), **ZERO),
    eta_trick("logSum, lambda rises", 0.1, *LOG_SUM, optimizer=MOMENTUM, lossScale=2, **up(0.1), **SQUARED),
    eta_trick("l1", 0, "l1", **at(0.05), **RELU),
    dropout("logSum, Bernoulli", "bernoulli", *LOG_SUM, **up(0.2), **ZERO),
    dropout("lp 0.5, Bernoulli, SGD", "bernoulli", "lp", [0.5], **at(0.1), **FAST, **SQUARED),
    dropout("logSum, Gaussian", "gaussian", *LOG_SUM, **up(0.2)),
    dropout("mcp, Gaussian", "gaussian", "mcp", [3], **at(0.2), **RELU),
    variational("", False, False, lossScale=20, **at(0.05), **ZERO),
    variational(", local", True, False, lossScale=20, **at(0.05), **ZERO),
    variational(", additive", False, True, **up(0.1), **RELU, **ZERO),
    variational(", local and additive", True, True, lossScale=20, **up(0.1), **ZERO),
    variational(", local, SGD", True, False, optimizer=MOMENTUM, learningRates=constant(0.01), **at(0.05), **SQUARED),
    case("hardConcrete", "hardConcrete", GATES, **at(0.05), **ZERO),
    case(
        "hardConcrete, other gates, Nesterov",
        "hardConcrete",
        OTHER_GATES,
        optimizer=NESTEROV,
        learningRates=constant(0.1),
        **up(0.2),
        **SQUARED,
    ),
    case("magnitudePruning", "magnitudePruning", PRUNING, **RELU),
    case("magnitudePruning, by layers", "magnitudePruning", {**PRUNING, "perLayer": True}, optimizer=MOMENTUM),
]

# From the start that belongs to the seed, on the first rows as they are: what the public function can be told.
PUBLIC = [
    case("none, linear", "none", learningRates=linear(0.02), **RELU),
    direct("logSum, linear", *LOG_SUM, learningRates=linear(0.02), **at(0.05)),
    eta_trick("logSum", 0.3, *LOG_SUM, theta=5, thetaDeviation=0, **at(0.05), **SQUARED),
    variational("", True, True, theta=-5, thetaDeviation=0, lossScale=20, **at(0.05)),
    case("hardConcrete", "hardConcrete", GATES, theta=0, thetaDeviation=0.01, **at(0.05)),
]


def rounded(values, digits):
    return torch.round(values * 10**digits) / 10**digits


def make_data(inputs, outputs):
    """The last input is never lit: the second moment of its weights is 0."""
    x = rounded(torch.randn(ROWS, inputs), 3)
    x[:, -1] = 0
    labels = torch.randint(outputs, (ROWS,))
    return {"x": x, "labels": labels, "targets": rounded(torch.randn(ROWS, outputs), 3)}


def make_start(units):
    """One weight is so small that the logarithms of variational dropout are cut off."""
    start = []
    for inputs, outputs in zip(units, units[1:]):
        parts = {"weights": (inputs, outputs), "biases": (outputs,), "theta": (inputs, outputs)}
        start.append({name: rounded(0.7 * torch.randn(shape), 4) for name, shape in parts.items()})
    start[1]["weights"][0, 0] = 1e-6
    return start


def shaped(values, units):
    """One flat list per layer."""
    return [torch.tensor(one).reshape(shape) for one, shape in zip(values, zip(units, units[1:]))]


def flat(start):
    return [{name: part.flatten().tolist() for name, part in layer.items()} for layer in start]


def read_noise(path):
    with open(path, encoding="utf8") as file:
        drawn = json.load(file)
    units = drawn["units"]
    weights = ("weightNormals", "weightUniforms", "gateUniforms")
    noise = [
        {
            **{name: shaped(step[name], units) for name in weights},
            "outputNormals": [torch.tensor(z).reshape(-1, n) for z, n in zip(step["outputNormals"], units[1:])],
        }
        for step in drawn["noise"]
    ]
    columns = {name: [layer[name] for layer in drawn["start"]] for name in ("weights", "theta")}
    start = [
        {"weights": w, "theta": theta, "biases": torch.tensor(layer["biases"])}
        for layer, w, theta in zip(drawn["start"], shaped(columns["weights"], units), shaped(columns["theta"], units))
    ]
    return drawn, noise, start


def main():
    source, target = sys.argv[1:]
    torch.manual_seed(1)
    drawn, noise, public_start = read_noise(source)
    units, batches = drawn["units"], drawn["batches"]
    data, start = make_data(units[0], units[-1]), make_start(units)
    rows, first = torch.randperm(ROWS)[:TRAINED], torch.arange(TRAINED)
    result = {
        "source": f"PyTorch {torch.__version__}, Python {platform.python_version()}",
        "command": COMMAND,
        **{name: drawn[name] for name in ("seed", "units", "batches", "epochs")},
        "data": {name: part.flatten().tolist() for name, part in data.items()},
        "rows": rows.tolist(),
        "start": flat(start),
        "cases": [{**one, **train(one, start, data, noise, rows, batches)} for one in CASES],
        "publicRows": TRAINED,
        "publicCases": [{**one, **train(one, public_start, data, noise, first, batches)} for one in PUBLIC],
    }
    with open(target, "w", encoding="utf8") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")


main()
