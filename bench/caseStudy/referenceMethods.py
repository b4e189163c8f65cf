"""The methods of sparse training from their formulas, for reference.py, as a training loop of one's own has them."""

import math

import torch
import torch.nn.functional as F

# Of KL(log alpha), Molchanov, Ashukha and Vetrov 2017, equation 14.
K1, K2, K3 = 0.63576, 1.87320, 1.48695


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
