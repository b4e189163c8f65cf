# Fits without a penalty as cases: Rscript unpenalised.R data.json folder
# lm and glm of stats, coxph of survival, rlm of MASS (Huber's loss with delta = k times the scale that it ends with).

here <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
source(file.path(dirname(here), "common.R"))
base::library(survival)
files <- commandArgs(trailingOnly = TRUE)
data <- read_data(files[1])
options(warn = 2)


# first: the intercept is the first of the coefficients.
add <- function(id, call, dataset, y, loss, coefficients, first, ...) {
  coefficients <- unname(coefficients)
  free <- if (first) coefficients[1] else 0
  if (first) coefficients <- coefficients[-1]
  add_case(id = paste(id, dataset), call = call, data = dataset, y = y, loss = loss, ..., penalty = l1, lambda = 0,
           coefficients = I(coefficients), intercepts = I(free), convex = TRUE)
}

# x and a column of ones.
design <- function(d, intercept) if (intercept) cbind(1, d$x) else d$x

linear <- function(id, dataset, intercept = TRUE, weights = NULL, offset = NULL, task = NULL) {
  d <- data[[dataset]]
  w <- if (is.null(weights)) rep(1, d$rows) else d[[weights]]
  shift <- if (is.null(offset)) 0 else d[[offset]]
  if (is.null(task)) {
    fitted <- stats::lm.wfit(design(d, intercept), d$gaussian - shift, w)$coefficients
    add(paste("lm", id), paste0("lm.wfit(x, y, w)", if (!intercept) " without intercept"), dataset, "gaussian",
        "squared", fitted, intercept, intercept = intercept, standardize = TRUE, weights = weights, offset = offset)
    return(invisible())
  }
  fitted <- stats::lm.wfit(design(d, TRUE), d$tasks, w)$coefficients
  add_case(id = paste("lm", id, dataset), call = "lm.wfit(x, cbind(y1, y2, y3), w)", data = dataset, y = "tasks",
           loss = "multiTask", penalty = l1, lambda = 0, intercept = TRUE, standardize = TRUE, weights = weights,
           joint = TRUE, coefficients = I(as.vector(fitted[-1, ])), intercepts = I(as.vector(fitted[1, ])),
           convex = TRUE)
}

generalised <- function(id, dataset, family, y, intercept = TRUE, weights = NULL, offset = NULL) {
  d <- data[[dataset]]
  w <- if (is.null(weights)) rep(1, d$rows) else d[[weights]]
  shift <- if (is.null(offset)) rep(0, d$rows) else d[[offset]]
  # A share with weights that are no numbers of trials has the same equations.
  kind <- if (family == "binomial") stats::quasibinomial() else stats::poisson()
  fitted <- stats::glm.fit(design(d, intercept), d[[y]], w, offset = shift, family = kind,
                           control = stats::glm.control(epsilon = 1e-15, maxit = 100))$coefficients
  add(paste("glm", id), sprintf("glm.fit(x, y, w, family = %s())", kind$family), dataset, y,
      if (family == "binomial") "logistic" else "poisson", fitted, intercept, intercept = intercept,
      standardize = TRUE, weights = weights, offset = offset)
}

robust <- function(id, dataset, k, weights = NULL, y = "heavy") {
  d <- data[[dataset]]
  w <- if (is.null(weights)) rep(1, d$rows) else d[[weights]]
  fitted <- MASS::rlm(design(d, TRUE), d[[y]], weights = w, wt.method = "case", psi = MASS::psi.huber, k = k,
                      acc = 1e-14, maxit = 5000)
  add(paste("rlm", id), sprintf("rlm(x, y, w, wt.method = \"case\", psi = psi.huber, k = %g)", k), dataset, y, "huber",
      fitted$coefficients, TRUE, lossOptions = list(delta = k * fitted$s), intercept = TRUE, standardize = TRUE,
      weights = weights)
}

proportional <- function(id, dataset, y, ties, weights = NULL, offset = NULL) {
  d <- data[[dataset]]
  w <- if (is.null(weights)) NULL else d[[weights]]
  shift <- if (is.null(offset)) NULL else d[[offset]]
  fitted <- survival::coxph.fit(d$x, survival::Surv(d[[y]], d$status), strata = NULL, offset = shift, init = NULL,
                                control = survival::coxph.control(eps = 1e-14, toler.chol = 1e-16, iter.max = 100),
                                weights = w, method = ties, rownames = NULL)$coefficients
  add(paste("coxph", id, ties), sprintf('coxph(Surv(time, status) ~ x, ties = "%s")', ties), dataset, y, "cox", fitted,
      FALSE, lossOptions = list(ties = ties), intercept = TRUE, standardize = TRUE, weights = weights,
      offset = offset)
}

write_all <- function(package) {
  write_cases(file.path(files[2], paste0(package, ".json")), package)
  collected$cases <- list()
}

for (dataset in c("tall", "medium")) {
  linear("plain", dataset)
  linear("weights", dataset, weights = "uneven")
  linear("offset", dataset, offset = "shift", weights = "withZeros")
  linear("no intercept", dataset, intercept = FALSE)
  linear("tasks", dataset, task = TRUE, weights = "uneven")
  generalised("share", dataset, "binomial", "share")
  generalised("share trials", dataset, "binomial", "share", weights = "trials", offset = "shift")
  generalised("poisson", dataset, "poisson", "count", offset = "logExposure")
  generalised("poisson weights", dataset, "poisson", "count", weights = "uneven", offset = "logExposure")
}
generalised("binary", "tall", "binomial", "binary")
generalised("no intercept", "tall", "poisson", "count", intercept = FALSE)
write_all("stats")

for (dataset in c("tall", "medium")) for (ties in c("efron", "breslow")) {
  proportional("distinct", dataset, "time", ties)
  proportional("tied", dataset, "tied", ties)
  proportional("weights", dataset, "tied", ties, weights = "uneven")
  proportional("offset", dataset, "tied", ties, weights = "uneven", offset = "shift")
}
write_all("survival")

for (dataset in c("tall", "medium")) {
  robust("plain", dataset, 1.345)
  robust("weights", dataset, 1.345, weights = "uneven")
  robust("wide core", dataset, 3)
}
write_all("MASS")
