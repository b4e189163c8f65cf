"""Fits of scikit-learn as cases: python scikitLearn.py data.json out.json

Nothing is scaled by the package. For logistic regression the columns are scaled here and the coefficients scaled back,
so that the stochastic solver ends; that is what standardize does. C is 1 / (lambda times the sum of the weights).
HuberRegressor without its ridge part minimises Huber's loss with delta = epsilon times the scale that it ends with.
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn import linear_model as lm

source, target = sys.argv[1:3]
with open(source) as file:
    data = json.load(file)
for d in data.values():
    d["X"] = np.array(d["x"]).reshape(d["columns"], d["rows"]).T.copy()
cases = []
warnings.simplefilter("error")
warnings.filterwarnings("ignore", category=FutureWarning)
warnings.filterwarnings("ignore", message="l1_ratio parameter is only used")


def add(id, call, dataset, y, loss, model, coefficients, intercepts, weights=None, **more):
    case = {"id": f"scikit-learn {id} {dataset}", "call": call, "data": dataset, "y": y, "loss": loss}
    case |= {"penalty": {"name": "l1"}, "intercept": bool(model.fit_intercept), "standardize": False}
    if weights is not None:
        case["weights"] = weights
    case |= more
    case["coefficients"] = [float(v) for v in np.ravel(coefficients)]
    case["intercepts"] = [float(v) for v in np.ravel(intercepts)]
    case["convex"] = True
    cases.append(case)


def text(model):
    """The constructor with every parameter that is not the usual one."""
    usual = type(model)().get_params()
    given = [f"{key}={value!r}" for key, value in model.get_params().items() if value != usual.get(key)]
    return f"{type(model).__name__}({', '.join(given)})"


shares = (0.5, 0.15, 0.04)
close = {"tol": 1e-14, "max_iter": 1_000_000}


def squared(name, dataset, ratio=None, intercept=True, weights=None, positive=False):
    d = data[dataset]
    X, y = d["X"], np.array(d["gaussian"])
    w = None if weights is None else np.array(d[weights])
    rows = np.ones(d["rows"]) if w is None else w
    rows = rows / rows.sum()
    centred = X - rows @ X if intercept else X
    largest = np.abs(centred.T @ (rows * (y - (rows @ y if intercept else 0)))).max()
    for k, share in enumerate(shares, 1):
        alpha = float(f"{share * largest:.6g}")
        if ratio is None:
            model = lm.Lasso(alpha=alpha, fit_intercept=intercept, positive=positive, **close)
        else:
            model = lm.ElasticNet(alpha=alpha, l1_ratio=ratio, fit_intercept=intercept, positive=positive, **close)
        model.fit(X, y, sample_weight=w)
        more = {"lambda": alpha}
        if ratio is not None:
            more["alpha"] = ratio
        if positive:
            more["bounds"] = {"lower": [0.0] * d["columns"]}
        add(f"{name} {k}", text(model), dataset, "gaussian", "squared", model, model.coef_, model.intercept_, weights, **more)


def tasks(name, dataset, ratio=None, intercept=True):
    d = data[dataset]
    X, y = d["X"], np.array(d["tasks"]).reshape(3, d["rows"]).T
    centred = X - X.mean(axis=0) if intercept else X
    pull = centred.T @ (y - (y.mean(axis=0) if intercept else 0)) / d["rows"]
    largest = np.linalg.norm(pull, axis=1).max()
    for k, share in enumerate(shares, 1):
        alpha = float(f"{share * largest:.6g}")
        if ratio is None:
            model = lm.MultiTaskLasso(alpha=alpha, fit_intercept=intercept, **close)
        else:
            model = lm.MultiTaskElasticNet(alpha=alpha, l1_ratio=ratio, fit_intercept=intercept, **close)
        model.fit(X, y)
        more = {"lambda": alpha, "joint": True}
        if ratio is not None:
            more["alpha"] = ratio
        free = model.intercept_ if intercept else np.zeros(3)
        add(f"{name} {k}", text(model), dataset, "tasks", "multiTask", model, model.coef_, free, **more)


def classes(name, dataset, y="binary", ratio=1.0, intercept=True, weights=None, solver="saga"):
    d = data[dataset]
    w = np.ones(d["rows"]) if weights is None else np.array(d[weights])
    share = w / w.sum()
    X = d["X"]
    middle = share @ X if intercept else np.zeros(d["columns"])
    scale = np.sqrt(share @ (X - middle) ** 2)
    for k, lambda_ in enumerate((0.08, 0.03, 0.01), 1):
        C = 1 / (lambda_ * w.sum())
        options = {"C": C, "solver": solver, "fit_intercept": intercept, "max_iter": 200_000, "random_state": 1}
        # Both, because older versions go by the one and newer ones by the other.
        options |= {"penalty": "elasticnet" if solver == "saga" else "l1", "l1_ratio": ratio, "tol": 1e-12}
        model = lm.LogisticRegression(**options)
        model.fit((X - middle) / scale, d[y], sample_weight=w)
        coefficients = model.coef_ / scale
        free = (model.intercept_ if intercept else 0) - coefficients @ middle
        more = {"lambda": lambda_, "standardize": True}
        if ratio < 1:
            more["alpha"] = ratio
        if y == "class":
            more["joint"] = False
        loss = "logistic" if y == "binary" else "multinomial"
        add(f"{name} {k}", text(model) + " on scaled columns", dataset, y, loss, model, coefficients, free, weights, **more)


def poisson(name, dataset, weights=None):
    d = data[dataset]
    w = np.ones(d["rows"]) if weights is None else np.array(d[weights])
    share = w / w.sum()
    X = d["X"]
    middle = share @ X
    scale = np.sqrt(share @ (X - middle) ** 2)
    model = lm.PoissonRegressor(alpha=0, solver="newton-cholesky", tol=1e-13, max_iter=1000)
    model.fit((X - middle) / scale, d["count"], sample_weight=w)
    coefficients = model.coef_ / scale
    free = model.intercept_ - coefficients @ middle
    more = {"lambda": 0, "standardize": True}
    add(name, text(model) + " on scaled columns", dataset, "count", "poisson", model, coefficients, free, weights, **more)


def huber(name, dataset, epsilon, weights=None):
    d = data[dataset]
    w = np.ones(d["rows"]) if weights is None else np.array(d[weights])
    share = w / w.sum()
    X = d["X"]
    middle = share @ X
    scale = np.sqrt(share @ (X - middle) ** 2)
    model = lm.HuberRegressor(epsilon=epsilon, alpha=0, tol=1e-11, max_iter=100_000, warm_start=True)
    # Its solver stops where the objective hardly falls, long before that; so it begins again from there.
    for _ in range(30):
        model.fit((X - middle) / scale, d["heavy"], sample_weight=w)
    coefficients = model.coef_ / scale
    free = model.intercept_ - coefficients @ middle
    more = {"lambda": 0, "standardize": True, "lossOptions": {"delta": float(epsilon * model.scale_)}}
    add(name, text(model) + " on scaled columns", dataset, "heavy", "huber", model, coefficients, free, weights, **more)


for dataset in ("tall", "medium", "wide"):
    squared("Lasso", dataset)
squared("Lasso weights", "medium", weights="uneven")
squared("Lasso no intercept", "tall", intercept=False)
squared("Lasso positive", "medium", positive=True)
squared("ElasticNet 0.5", "tall", ratio=0.5)
squared("ElasticNet 0.1", "medium", ratio=0.1)
squared("ElasticNet weights", "tall", ratio=0.7, weights="withZeros")
squared("ElasticNet positive", "wide", ratio=0.7, positive=True)
for dataset in ("tall", "medium", "wide"):
    tasks("MultiTaskLasso", dataset)
tasks("MultiTaskLasso no intercept", "tall", intercept=False)
tasks("MultiTaskElasticNet 0.5", "tall", ratio=0.5)
tasks("MultiTaskElasticNet 0.2", "medium", ratio=0.2)
classes("LogisticRegression", "tall")
classes("LogisticRegression", "medium")
classes("LogisticRegression weights", "tall", weights="uneven")
classes("LogisticRegression elastic net", "medium", ratio=0.5)
classes("LogisticRegression liblinear", "tall", intercept=False, solver="liblinear")
classes("LogisticRegression multinomial", "tall", y="class")
classes("LogisticRegression multinomial elastic net", "medium", y="class", ratio=0.5)
poisson("PoissonRegressor", "tall")
poisson("PoissonRegressor weights", "medium", weights="uneven")
huber("HuberRegressor", "tall", 1.35)
huber("HuberRegressor weights", "tall", 1.35, weights="uneven")

about = {"package": "scikit-learn", "version": sklearn.__version__, "language": "Python " + sys.version.split()[0]}
with open(target, "w") as file:
    head = json.dumps(about)[:-1]
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    file.write(f'{head}, "cases": [\n{lines}\n]}}\n')
