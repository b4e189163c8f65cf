"""skglm and scikit-learn on the problems of the comparison, as a child of the benchmark.

Says first what there is: {"python", "numpy", "sklearn", "skglm", "numba"}, null where it is not. Then, for each line of
JSON in its input, one line: "load" reads a folder of binary files, "fit" writes the coefficients to a file and
gives the "seconds" that the call took by the clock here and the "peak" of the resident set since the problem was loaded.
"""

import gc
import json
import os
import platform
import sys
import time
import warnings
from contextlib import suppress

import numpy
from scipy import sparse

with suppress(ImportError):
    import sklearn
    import threadpoolctl
    from sklearn.linear_model import Lasso, LogisticRegression, lasso_path
with suppress(ImportError):
    import numba
    import skglm
    from skglm import datafits, penalties, solvers
    from skglm.utils.jit_compilation import compiled_clone

# Every side ends where it has converged, not where its patience does.
MOST_ITERATIONS = 1000
MOST_EPOCHS = 100_000
MOST_SWEEPS = 10_000_000
# For so long an idle thread of BLAS may spin after its work: it would take a core from whoever is timed next.
SETTLE_SECONDS = 0.02


def version(name):
    module = globals().get(name)
    return module and module.__version__


class Problem:
    """A dense one as Fortran has it, a sparse one in the formats that are asked for, each for those who want it."""

    def __init__(self, folder, shape, kind, formats=("csc", "csr")):
        def read(name, dtype):
            return numpy.fromfile(os.path.join(folder, name + ".bin"), dtype)

        if kind == "dense":
            self.x = read("x", numpy.float64).reshape(shape, order="F")
        else:
            parts = read("values", numpy.float64), read("rowIndices", numpy.int32), read("columnPointers", numpy.int32)
            by_columns = sparse.csc_matrix(parts, shape=shape)
            self.x = by_columns if "csc" in formats else None
            self.by_rows = by_columns.tocsr() if "csr" in formats else None
        self.y = read("y", numpy.float64)
        self.rows = shape[0]


def skglm_fit(problem, request):
    """AndersonCD or ProxNewton without an intercept. Its classes are compiled and its arguments checked outside the clock."""
    form = request["penalty"]
    logistic = request["loss"] == "logistic"
    datafit = compiled_clone(datafits.Logistic() if logistic else datafits.Quadratic())
    penalty = compiled_clone(getattr(penalties, form["name"])(form["alpha"], *form["parameters"]))
    common = {
        "tol": request["tolerance"],
        "max_iter": MOST_ITERATIONS,
        "ws_strategy": request["strategy"],
        "fit_intercept": False,
    }
    if request["solver"] == "ProxNewton":
        solver = solvers.ProxNewton(max_pn_iter=MOST_ITERATIONS, **common)
    else:
        solver = solvers.AndersonCD(max_epochs=MOST_EPOCHS, **common)
    x = problem.x
    y = 2 * problem.y - 1 if logistic else problem.y
    begin = time.perf_counter()
    w = solver._solve(x, y, datafit, penalty)[0]
    return time.perf_counter() - begin, w


def lasso_fit(problem, request):
    model = Lasso(
        alpha=request["lambda"],
        tol=request["tolerance"],
        fit_intercept=False,
        copy_X=False,
        max_iter=MOST_SWEEPS,
        selection="cyclic",
    )
    begin = time.perf_counter()
    model.fit(problem.x, problem.y, check_input=False)
    return time.perf_counter() - begin, model.coef_


def logistic_fit(problem, request):
    """liblinear or saga, whose objective is C times the sum of the losses plus |w|."""
    model = LogisticRegression(
        penalty="l1",
        C=1 / (problem.rows * request["lambda"]),
        solver=request["solver"],
        tol=request["tolerance"],
        fit_intercept=False,
        max_iter=request["limit"],
        random_state=0,
    )
    begin = time.perf_counter()
    model.fit(problem.by_rows, problem.y)
    return time.perf_counter() - begin, model.coef_[0]


def lasso_whole_path(problem, request):
    lambdas = numpy.fromfile(request["lambdas"])
    begin = time.perf_counter()
    path = lasso_path(
        problem.x, problem.y, alphas=lambdas, tol=request["tolerance"], copy_X=False, max_iter=MOST_SWEEPS
    )
    return time.perf_counter() - begin, path[1].T


FITS = {"skglm": skglm_fit, "Lasso": lasso_fit, "LogisticRegression": logistic_fit, "lasso_path": lasso_whole_path}


def forget_peak():
    """From here on the peak is that of what follows, where the kernel allows it."""
    with suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as control:
        control.write("5")


def peak():
    """Of the resident set, in bytes."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


class Session:
    def __init__(self):
        self.problem = None

    def load(self, request):
        self.problem = None
        gc.collect()
        formats = {"formats": request["formats"]} if "formats" in request else {}
        self.problem = Problem(request["folder"], request["shape"], request["kind"], **formats)
        gc.collect()
        forget_peak()
        return {"seconds": 0, "peak": peak()}

    def fit(self, request):
        gc.collect()
        with threadpoolctl.threadpool_limits(request.get("threads")):
            seconds, w = FITS[request["package"]](self.problem, request)
        time.sleep(SETTLE_SECONDS)
        numpy.ascontiguousarray(w, dtype=numpy.float64).tofile(request["out"])
        return {"seconds": seconds, "peak": peak()}


def say(message):
    print(json.dumps(message), flush=True)


def main():
    warnings.simplefilter("ignore")
    names = "numpy", "sklearn", "skglm", "numba"
    say({"python": platform.python_version(), **{name: version(name) for name in names}})
    session = Session()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            say(getattr(session, request["do"])(request))
        except Exception as error:  # whatever it was, the benchmark says so and goes on
            say({"error": f"{type(error).__name__}: {error}"})


main()
