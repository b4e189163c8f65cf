# The data of the comparison, once: Rscript data.R data.json
#
# Three designs with correlated columns on scales from 0.1 to 10, one column of counts and one that hardly varies; beside
# each what the fits take as response, weights and offset. Everything has six digits, so that JSON holds it exactly.

here <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
source(file.path(dirname(here), "common.R"))

six <- function(values) signif(values, 6)

make <- function(seed, rows, columns, correlation) {
  set.seed(seed)
  z <- matrix(rnorm(rows * columns), rows)
  for (j in seq_len(columns)[-1]) z[, j] <- correlation * z[, j - 1] + sqrt(1 - correlation^2) * z[, j]
  strength <- numeric(columns)
  strength[c(1, 2, 4, 5, 8)] <- c(1, -0.8, 0.6, 0.4, -0.3)
  x <- z * rep(10^runif(columns, -1, 1), each = rows) + rep(round(rnorm(columns), 1), each = rows)
  counts <- rpois(rows, exp(0.8 + 0.3 * z[, 3]))
  rare <- as.numeric(seq_len(rows) %in% sample(rows, 4))
  x[, 3] <- counts
  x[, 7] <- rare
  predictor <- as.vector(z %*% strength) + 0.5 * rare + 0.1 * counts
  shift <- six(rnorm(rows, sd = 0.4))
  exposure <- six(runif(rows, 0.5, 4))
  class <- apply(cbind(predictor, 1.5 * z[, 2], 0.3) + matrix(-log(-log(runif(3 * rows))), rows), 1, which.max)
  life <- rexp(rows, exp(0.7 * predictor))
  end <- rexp(rows, 0.4)
  tasks <- cbind(predictor, 2 * predictor - z[, 6], 0.5 * z[, 1]) + matrix(rnorm(3 * rows), rows)
  list(
    rows = rows, columns = columns, x = six(as.vector(x)),
    gaussian = six(3 + 2 * predictor + rnorm(rows)),
    heavy = six(1 + predictor + 0.5 * rt(rows, 2)),
    binary = as.numeric(runif(rows) < plogis(predictor - 0.3)),
    share = round(plogis(predictor + rnorm(rows)), 3),
    count = rpois(rows, exposure * exp(0.5 * predictor - 0.2)),
    class = class,
    time = six(pmin(life, end)),
    tied = ceiling(8 * pmin(life, end, 2)),
    status = as.numeric(life <= end),
    tasks = six(as.vector(tasks)),
    uneven = round(runif(rows, 0.2, 3), 2),
    withZeros = ifelse(seq_len(rows) %% 9 == 0, 0, round(runif(rows, 0.5, 2), 2)),
    trials = sample(1:12, rows, replace = TRUE),
    shift = shift,
    logExposure = six(log(exposure)),
    shifts = six(rnorm(3 * rows, sd = 0.4))
  )
}

data <- list(
  tall = make(11, 100, 12, 0.5),
  medium = make(12, 80, 24, 0.7),
  wide = make(13, 40, 60, 0.5)
)
stopifnot(all(vapply(data, function(d) anyDuplicated(d$time) == 0, TRUE)))
writeLines(to_json(data), commandArgs(trailingOnly = TRUE)[1])
