# Writes test/problems/losses.json: Rscript test/problems/losses.R. Fits of glmnet and survival for the losses poisson and
# cox, on small data with ties, weights and offsets, without a penalty and with l1.
library(glmnet)
library(survival)
set.seed(20)
n <- 60
p <- 4
x <- round(matrix(rnorm(n * p), n, p), 3)
weights <- round(runif(n, 0.5, 2), 2)
offset <- round(rnorm(n, 0, 0.4), 3)
eta <- 0.7 * x[, 1] - 0.5 * x[, 2] + 0.4
counts <- rpois(n, exp(eta + offset))
time <- ceiling(4 * rexp(n) / exp(eta))
status <- rbinom(n, 1, 0.7)
lambda <- c(0.2, 0.05, 0.01)
glmnet.control(fdev = 0, devmax = 1)

poissonFits <- lapply(list(plain = list(), both = list(weights = weights, offset = offset)), function(own) {
  path <- do.call(glmnet, c(list(x, counts, family = "poisson", lambda = lambda, thresh = 1e-14, maxit = 1e7), own))
  free <- do.call(glm, c(list(counts ~ x, family = poisson(), epsilon = 1e-14, maxit = 100), own))
  list(coefficients = lapply(seq_along(lambda), function(k) as.numeric(path$beta[, k])), intercepts = as.numeric(path$a0),
       free = as.numeric(coef(free)), deviance = free$deviance)
})
coxFits <- list()
for (ties in c("breslow", "efron")) for (weighted in c(FALSE, TRUE)) {
  w <- if (weighted) weights else rep(1, n)
  one <- coxph(Surv(time, status) ~ x + offset(offset), weights = w, ties = ties, control = coxph.control(eps = 1e-14, iter.max = 100))
  coxFits[[length(coxFits) + 1]] <- list(ties = ties, weighted = weighted, free = as.numeric(coef(one)), loglik = one$loglik)
}
coxPaths <- lapply(c(FALSE, TRUE), function(weighted) {
  w <- if (weighted) weights else rep(1, n)
  path <- glmnet(x, Surv(time, status), family = "cox", weights = w, offset = offset, lambda = lambda, thresh = 1e-14, maxit = 1e7)
  list(weighted = weighted, coefficients = lapply(seq_along(lambda), function(k) as.numeric(path$beta[, k])),
       deviance = coxnet.deviance(pred = as.numeric(x %*% path$beta[, 3]) + offset, y = Surv(time, status), weights = w))
})
number <- function(v) paste0("[", paste(formatC(v, digits = 17, format = "g"), collapse = ", "), "]")
word <- function(v) paste0("\"", v, "\"")
json <- function(v) {
  if (is.list(v) && !is.null(names(v))) {
    paste0("{", paste(paste0(word(names(v)), ": ", lapply(v, json)), collapse = ", "), "}")
  } else if (is.list(v)) paste0("[", paste(lapply(v, json), collapse = ", "), "]")
  else if (is.character(v)) word(v)
  else if (is.logical(v)) tolower(as.character(v))
  else number(v)
}
versions <- paste0("R ", getRversion(), ", glmnet ", packageVersion("glmnet"), ", survival ", packageVersion("survival"))
cat(json(list(source = versions, x = as.numeric(t(x)), weights = weights, offset = offset, counts = counts, time = time,
              status = status, lambda = lambda, poisson = poissonFits, cox = coxFits, coxPaths = coxPaths)), "\n",
    file = "test/problems/losses.json")
