# Fits of glmnet as cases: Rscript glmnet.R data.json out.json
#
# In terms of this library:
# - the weights are those of a mean; so are those of the scales of the columns, which without an intercept glmnet still
#   takes about the mean: those cases have factors in place of scales;
# - penalty.factor is rescaled to sum to the number of columns, where an excluded column counts as 1;
# - a gaussian fit divides the response by its scale s first, so that the objective has the quadratic part
#   (1 - alpha) lambda / s |b|^2 / 2 where the linear one has alpha lambda |b|; one of several responses does not.

here <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
source(file.path(dirname(here), "common.R"))
suppressPackageStartupMessages({
  base::library(glmnet)
  base::library(survival)
})
files <- commandArgs(trailingOnly = TRUE)
data <- read_data(files[1])
glmnet.control(fdev = 0, devmax = 1)
options(warn = 2)

effective_factors <- function(factors, exclude, columns) {
  if (is.null(factors) && is.null(exclude)) return(NULL)
  if (is.null(factors)) factors <- rep(1, columns)
  factors[exclude] <- 1
  factors <- factors * columns / sum(factors)
  factors[exclude] <- Inf
  factors
}

weighted_mean <- function(values, weights) sum(values * weights) / sum(weights)

# About the mean with an intercept, over the root mean square there is here without.
column_ratio <- function(x, weights) {
  apply(x, 2, function(column) {
    square <- weighted_mean(column^2, weights)
    sqrt((square - weighted_mean(column, weights)^2) / square)
  })
}

# The number that a gaussian fit divides its response by.
response_scale <- function(y, weights, intercept) {
  middle <- if (intercept) weighted_mean(y, weights) else 0
  sqrt(weighted_mean((y - middle)^2, weights))
}

responses <- list(gaussian = "gaussian", binomial = "binary", poisson = "count", cox = "time", multinomial = "class",
                  mgaussian = "tasks")
losses <- list(gaussian = "squared", binomial = "logistic", poisson = "poisson", cox = "cox",
               multinomial = "multinomial", mgaussian = "multiTask")

run <- function(id, dataset, family, shares, y = responses[[family]], alpha = 1, intercept = family != "cox",
                standardize = TRUE, weights = NULL, offset = NULL, factors = NULL, exclude = NULL, lower = -Inf,
                upper = Inf, grouped = FALSE) {
  d <- data[[dataset]]
  response <- d[[y]]
  if (family == "cox") response <- survival::Surv(d[[y]], d$status)
  arguments <- list(x = d$x, y = response, family = family, alpha = alpha, standardize = standardize, thresh = 1e-20,
                    maxit = 1e7, lower.limits = lower, upper.limits = upper)
  if (family != "cox") arguments$intercept <- intercept
  if (!is.null(weights)) arguments$weights <- d[[weights]]
  if (!is.null(offset)) arguments$offset <- d[[offset]]
  if (!is.null(factors)) arguments$penalty.factor <- factors
  if (!is.null(exclude)) arguments$exclude <- exclude
  if (family == "multinomial") arguments$type.multinomial <- if (grouped) "grouped" else "ungrouped"
  begin <- do.call(glmnet, c(utils::modifyList(arguments, list(thresh = 1e-7)), nlambda = 3, lambda.min.ratio = 0.5))
  lambdas <- signif(begin$lambda[1] * shares, 6)
  fitted <- do.call(glmnet, c(arguments, list(lambda = lambdas)))

  w <- if (is.null(weights)) rep(1, d$rows) else d[[weights]]
  effective <- effective_factors(factors, exclude, d$columns)
  if (standardize && !intercept && family != "cox") {
    effective <- column_ratio(d$x, w) * (if (is.null(effective)) 1 else effective)
  }
  quadratic <- 1
  if (family == "gaussian" && alpha < 1) {
    shifted <- response - (if (is.null(offset)) 0 else d[[offset]])
    quadratic <- response_scale(shifted, w, intercept)
  }
  bounded <- any(is.finite(c(lower, upper)))
  bounds <- if (bounded) list(lower = I(rep_len(lower, d$columns)), upper = I(rep_len(upper, d$columns)))
  settings <- c(
    sprintf('family = "%s"', family),
    if (alpha < 1) sprintf("alpha = %g", alpha),
    if (!intercept && family != "cox") "intercept = FALSE",
    if (!standardize) "standardize = FALSE",
    if (!is.null(weights)) "weights", if (!is.null(offset)) "offset", if (!is.null(factors)) "penalty.factor",
    if (!is.null(exclude)) "exclude", if (any(is.finite(lower))) "lower.limits",
    if (any(is.finite(upper))) "upper.limits", if (grouped) 'type.multinomial = "grouped"'
  )
  for (k in seq_along(lambdas)) {
    l1_part <- alpha * lambdas[k]
    total <- l1_part + (1 - alpha) * lambdas[k] / quadratic
    several <- family %in% c("multinomial", "mgaussian")
    coefficients <- if (several) {
      unlist(lapply(fitted$beta, function(beta) as.vector(beta[, k])))
    } else {
      as.vector(fitted$beta[, k])
    }
    intercepts <- if (family == "cox") 0 else if (several) as.vector(fitted$a0[, k]) else fitted$a0[[k]]
    add_case(
      id = sprintf("glmnet %s %s %d", id, dataset, k),
      call = sprintf("glmnet(x, y, %s, lambda = %g, thresh = 1e-20)", paste(settings, collapse = ", "), lambdas[k]),
      data = dataset, y = y, loss = losses[[family]], lossOptions = if (family == "cox") list(ties = "breslow"),
      penalty = l1, alpha = if (alpha < 1) l1_part / total, lambda = total,
      intercept = if (family == "cox") TRUE else intercept, standardize = standardize, weights = weights,
      offset = offset, penaltyFactors = if (!is.null(effective)) I(effective), bounds = bounds,
      joint = if (several) grouped || family == "mgaussian", coefficients = I(coefficients),
      intercepts = I(intercepts), convex = TRUE
    )
  }
}

uneven_factors <- function(dataset) rep_len(c(1, 0.5, 2, 1.5, 0, 3), data[[dataset]]$columns)
positive_factors <- function(dataset) rep_len(c(1, 0.5, 2, 1.5, 0.7), data[[dataset]]$columns)
four <- c(0.6, 0.25, 0.08, 0.02)
three <- c(0.5, 0.2, 0.06)

run("lasso", "tall", "gaussian", four)
run("lasso", "medium", "gaussian", four)
run("lasso", "wide", "gaussian", four)
run("lasso raw", "tall", "gaussian", four, standardize = FALSE)
run("lasso no intercept", "medium", "gaussian", four, intercept = FALSE, standardize = FALSE)
run("lasso no intercept standardized", "tall", "gaussian", four, intercept = FALSE)
run("lasso weights", "medium", "gaussian", four, weights = "uneven")
run("lasso zero weights", "tall", "gaussian", four, weights = "withZeros")
run("lasso offset", "tall", "gaussian", four, offset = "shift")
run("lasso factors", "medium", "gaussian", four, factors = uneven_factors("medium"))
run("lasso all", "wide", "gaussian", four, weights = "uneven", offset = "shift", factors = positive_factors("wide"))
run("lasso exclude", "tall", "gaussian", four, factors = uneven_factors("tall"), exclude = c(1, 6))
run("lasso nonnegative", "medium", "gaussian", four, lower = 0)
run("lasso box", "tall", "gaussian", four, lower = -0.3, upper = 0.25)
run("lasso box raw", "wide", "gaussian", four, lower = -0.2, upper = 0.2, standardize = FALSE)
run("elastic net 0.5", "tall", "gaussian", four, alpha = 0.5)
run("elastic net 0.5", "wide", "gaussian", four, alpha = 0.5)
run("elastic net 0.1", "medium", "gaussian", four, alpha = 0.1)
run("elastic net weights", "tall", "gaussian", four, alpha = 0.5, weights = "uneven", offset = "shift")
run("elastic net factors", "medium", "gaussian", four, alpha = 0.5, factors = uneven_factors("medium"))
run("elastic net raw", "tall", "gaussian", four, alpha = 0.3, standardize = FALSE, intercept = FALSE)

for (family in c("binomial", "poisson", "cox")) {
  offset <- if (family == "poisson") "logExposure" else "shift"
  run(paste(family, "lasso"), "tall", family, three)
  run(paste(family, "lasso"), "medium", family, three)
  run(paste(family, "lasso"), "wide", family, three)
  run(paste(family, "lasso raw"), "tall", family, three, standardize = FALSE)
  run(paste(family, "weights"), "medium", family, three, weights = "uneven")
  run(paste(family, "offset"), "tall", family, three, offset = offset)
  run(paste(family, "all"), "medium", family, three, weights = "uneven", offset = offset,
      factors = uneven_factors("medium"))
  run(paste(family, "elastic net"), "medium", family, three, alpha = 0.5)
  run(paste(family, "elastic net factors"), "wide", family, three, alpha = 0.4, factors = positive_factors("wide"))
  run(paste(family, "bounds"), "tall", family, three, lower = -0.2, upper = 0.3)
}
run("binomial no intercept", "tall", "binomial", three, intercept = FALSE, standardize = FALSE)
run("poisson no intercept", "tall", "poisson", three, intercept = FALSE, standardize = FALSE)
run("cox ties", "tall", "cox", three, y = "tied")
run("cox ties weights", "medium", "cox", three, y = "tied", weights = "uneven", offset = "shift")

for (grouped in c(FALSE, TRUE)) {
  name <- if (grouped) "multinomial grouped" else "multinomial"
  run(name, "tall", "multinomial", three, grouped = grouped)
  run(name, "wide", "multinomial", three, grouped = grouped)
  run(paste(name, "weights"), "tall", "multinomial", three, grouped = grouped, weights = "uneven")
  run(paste(name, "offset"), "tall", "multinomial", three, grouped = grouped, offset = "shifts")
  run(paste(name, "factors"), "medium", "multinomial", three, grouped = grouped, factors = positive_factors("medium"))
  run(paste(name, "elastic net"), "medium", "multinomial", three, grouped = grouped, alpha = 0.5)
}
run("mgaussian", "tall", "mgaussian", three)
run("mgaussian", "wide", "mgaussian", three)
run("mgaussian raw", "medium", "mgaussian", three, standardize = FALSE)
run("mgaussian weights", "medium", "mgaussian", three, weights = "uneven")
run("mgaussian offset", "tall", "mgaussian", three, offset = "shifts")
run("mgaussian factors", "tall", "mgaussian", three, factors = uneven_factors("tall"))
run("mgaussian elastic net", "medium", "mgaussian", three, alpha = 0.5)

write_cases(files[2], "glmnet")
