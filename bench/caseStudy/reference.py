"""Small networks trained by PyTorch in float64, for the tests: python reference.py build/trainingNoise.json
test/problems/trainingReference.json, the former being what referenceNoise.ts writes.

The penalty is part of the loss, autograd differentiates, torch.optim steps. W is inputs x outputs, z = a W + b, and with
L the mean loss of a batch lossScale (L + lambda R) is minimised. Random numbers are those of the file, so that another
implementation can draw them too.
"""

import json
import math
import platform
import sys

import torch
import torch.nn.functional as F
from referenceMethods import METHODS, Layer

torch.set_default_dtype(torch.float64)
COMMAND = (
    "npx tsc -p bench && node build/bench/caseStudy/referenceNoise.js > build/trainingNoise.json && "
    "python3 bench/caseStudy/reference.py build/trainingNoise.json test/problems/trainingReference.json"
)
ROWS, TRAINED = 23, 20
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
            penalties.append(sum(method.report(layer) for layer in layers))
        losses.append(loss.item())
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
        "source": f"PyTorch {torch.__version__}, Python {platform.python_version()}, float64",
        "command": COMMAND,
        **{name: drawn[name] for name in ("seed", "units", "batches", "epochs")},
        "data": {name: part.flatten().tolist() for name, part in data.items()},
        "rows": rows.tolist(),
        "start": flat(start),
        "cases": [{**one, **train(one, start, data, noise, rows, batches)} for one in CASES],
        "publicRows": TRAINED,
        "publicStart": flat(public_start),
        "publicCases": [{**one, **train(one, public_start, data, noise, first, batches)} for one in PUBLIC],
    }
    with open(target, "w", encoding="utf8") as file:
        json.dump(result, file, separators=(",", ":"))
        file.write("\n")


main()
