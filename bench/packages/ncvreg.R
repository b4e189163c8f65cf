# Fits of ncvreg as cases: Rscript ncvreg.R data.json out.json
#
# Columns are always standardised, penalty.factor is as given, and there is always an intercept. Of the other families than
# gaussian, its updates take MCP and SCAD on a scale that follows the working weights, and the quadratic part times them:
# it ends at no stationary point of the penalised mean deviance unless the penalty is the lasso alone.

here <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
source(file.path(dirname(here), "common.R"))
base::library(ncvreg)
files <- commandArgs(trailingOnly = TRUE)
data <- read_data(files[1])
options(warn = 2)

responses <- list(gaussian = "gaussian", binomial = "binary", poisson = "count", cox = "time")
losses <- list(gaussian = "squared", binomial = "logistic", poisson = "poisson", cox = "cox")

run <- function(dataset, family, penalty, shares, gamma = switch(penalty, SCAD = 3.7, 3), alpha = 1, factors = NULL) {
  d <- data[[dataset]]
  arguments <- list(X = d$x, penalty = penalty, gamma = gamma, alpha = alpha, eps = 1e-12, max.iter = 1e7,
                    convex = FALSE, returnX = FALSE, dfmax = d$columns + 1)
  if (!is.null(factors)) arguments$penalty.factor <- factors
  if (family == "cox") {
    arguments$y <- survival::Surv(d$time, d$status)
    fitter <- ncvsurv
  } else {
    arguments$y <- d[[responses[[family]]]]
    arguments$family <- family
    fitter <- ncvreg
  }
  begin <- do.call(fitter, utils::modifyList(arguments, list(eps = 1e-4, nlambda = 3, lambda.min = 0.5)))$lambda[1]
  lambdas <- signif(begin * shares, 6)
  fitted <- do.call(fitter, c(arguments, list(lambda = lambdas)))
  stopifnot(length(fitted$lambda) == length(lambdas))
  name <- tolower(penalty)
  for (k in seq_along(lambdas)) {
    beta <- as.vector(fitted$beta[, k])
    lasso <- penalty == "lasso"
    settings <- c(if (!lasso) sprintf("gamma = %g", gamma), if (alpha < 1) sprintf("alpha = %g", alpha),
                  if (!is.null(factors)) "penalty.factor")
    label <- c(family, name, if (!lasso) sprintf("%g", gamma), if (alpha < 1) "elastic", if (!is.null(factors)) "factors")
    add_case(
      id = sprintf("ncvreg %s %s %d", paste(label, collapse = " "), dataset, k),
      call = sprintf('%s, lambda = %g, eps = 1e-12)', paste(c(
        if (family == "cox") "ncvsurv(x, Surv(time, status)" else sprintf('ncvreg(x, y, family = "%s"', family),
        sprintf('penalty = "%s"', penalty), settings
      ), collapse = ", "), lambdas[k]),
      data = dataset, y = responses[[family]], loss = losses[[family]],
      lossOptions = if (family == "cox") list(ties = "breslow"),
      penalty = if (lasso) l1 else list(name = name, parameters = list(a = gamma)),
      alpha = if (alpha < 1) alpha, lambda = lambdas[k], intercept = TRUE, standardize = TRUE,
      penaltyFactors = if (!is.null(factors)) I(factors),
      factorConvention = if (!is.null(factors)) "ncvreg",
      coefficients = I(if (family == "cox") beta else beta[-1]), intercepts = I(if (family == "cox") 0 else beta[1]),
      convex = lasso, stationary = family == "gaussian" || lasso
    )
  }
}

factors_of <- function(dataset) rep_len(c(1, 0.5, 2, 1.5, 0.8), data[[dataset]]$columns)
four <- c(0.6, 0.3, 0.15, 0.07)
three <- c(0.6, 0.35, 0.2)

for (dataset in c("tall", "medium")) {
  run(dataset, "gaussian", "MCP", four)
  run(dataset, "gaussian", "SCAD", four)
}
run("tall", "gaussian", "MCP", four, gamma = 2)
run("medium", "gaussian", "lasso", four)
run("tall", "gaussian", "lasso", four, alpha = 0.7)
run("tall", "gaussian", "MCP", four, alpha = 0.7)
run("medium", "gaussian", "SCAD", four, alpha = 0.7)
run("tall", "gaussian", "MCP", four, factors = factors_of("tall"))
run("medium", "gaussian", "SCAD", four, factors = factors_of("medium"))
run("wide", "gaussian", "MCP", four)
for (family in c("binomial", "poisson", "cox")) {
  run("tall", family, "MCP", three)
  run("tall", family, "SCAD", three)
  run("medium", family, "MCP", three)
  run("medium", family, "lasso", three)
  run("tall", family, "lasso", three, factors = factors_of("tall"))
}
write_cases(files[2], "ncvreg")
