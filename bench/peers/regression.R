# glmnet and ncvreg on the problems of the comparison, as a child of the benchmark.
#
# Says first what there is: {"r", "glmnet", "ncvreg"}, null where it is not. Then, for each line of JSON in its input (flat:
# strings and numbers only), one line: "load" reads a folder of binary files, "path" writes the coefficients of every
# lambda to a file and gives the "seconds" that the call took by the clock here; "cv" and "fold" are about cross-validation.

library <- Sys.getenv("FLIPSIDE_R_LIBRARY")
if (library != "") .libPaths(c(library, .libPaths()))

version <- function(name) {
  if (!suppressWarnings(requireNamespace(name, quietly = TRUE))) return("null")
  quoted(as.character(utils::packageVersion(name)))
}

quoted <- function(text) paste0('"', gsub('["\\\\\n\r\t]', " ", text), '"')

say <- function(...) {
  fields <- list(...)
  cat("{", paste0('"', names(fields), '": ', unlist(fields), collapse = ", "), "}\n", sep = "")
  flush(stdout())
}

# The fields of one flat object of strings and numbers.
parse_flat <- function(line) {
  pairs <- regmatches(line, gregexpr('"[^"]*":("[^"]*"|[^,}]*)', line))[[1]]
  keys <- sub('^"([^"]*)":.*$', "\\1", pairs)
  values <- sub('^"[^"]*":"?([^"]*)"?$', "\\1", pairs)
  stats::setNames(as.list(values), keys)
}

read_numbers <- function(file) {
  readBin(file, "double", n = file.size(file) / 8, size = 8, endian = "little")
}

problem <- new.env()

load <- function(request) {
  problem$x <- NULL
  gc()
  rows <- as.integer(request$rows)
  problem$x <- matrix(read_numbers(file.path(request$folder, "x.bin")), nrow = rows)
  problem$y <- read_numbers(file.path(request$folder, "y.bin"))
  say(loaded = length(problem$x))
}

path <- function(request) {
  lambda <- read_numbers(request$lambdas)
  gc(full = TRUE)
  x <- problem$x
  y <- problem$y
  tolerance <- as.numeric(request$tolerance)
  begin <- Sys.time()
  fitted <- if (request$package == "glmnet") {
    glmnet::glmnet(x, y, lambda = lambda, standardize = FALSE, intercept = FALSE, thresh = tolerance,
                   maxit = 1e8)
  } else {
    ncvreg::ncvreg(x, y, penalty = request$penalty, gamma = as.numeric(request$gamma), lambda = lambda,
                   eps = tolerance, max.iter = 1e8, convex = FALSE, returnX = FALSE, warn = FALSE)
  }
  seconds <- as.numeric(difftime(Sys.time(), begin, units = "secs"))
  # Without the intercept, which ncvreg always has: it is 0 where columns and response are centred.
  beta <- as.matrix(if (request$package == "glmnet") fitted$beta else fitted$beta[-1, ])
  writeBin(as.vector(beta), request$out, size = 8, endian = "little")
  say(seconds = sprintf("%.9g", seconds), lambdas = ncol(beta))
}

# The mean errors of a cross-validation with given folds, or the path of the rows outside the first fold.
cross <- function(request) {
  lambda <- read_numbers(request$lambdas)
  fold <- read_numbers(request$folds) + 1
  tolerance <- as.numeric(request$tolerance)
  own <- if (request$package == "glmnet") {
    list(lambda = lambda, standardize = FALSE, intercept = FALSE, thresh = tolerance, maxit = 1e8)
  } else {
    list(penalty = request$penalty, gamma = as.numeric(request$gamma), lambda = lambda, eps = tolerance,
         max.iter = 1e8, convex = FALSE, warn = FALSE)
  }
  whole <- request$do == "cv"
  rows <- if (whole) seq_along(fold) else which(fold != 1)
  data <- if (whole) list(problem$x, problem$y) else list(problem$x[rows, ], problem$y[rows])
  gc(full = TRUE)
  begin <- Sys.time()
  result <- if (request$package == "glmnet") {
    if (whole) do.call(glmnet::cv.glmnet, c(data, own, list(foldid = fold)))$cvm
    else as.vector(as.matrix(do.call(glmnet::glmnet, c(data, own))$beta))
  } else {
    if (whole) do.call(ncvreg::cv.ncvreg, c(data, own, list(fold = fold)))$cve
    else as.vector(do.call(ncvreg::ncvreg, c(data, own, list(returnX = FALSE)))$beta[-1, ])
  }
  seconds <- as.numeric(difftime(Sys.time(), begin, units = "secs"))
  writeBin(as.double(result), request$out, size = 8, endian = "little")
  say(seconds = sprintf("%.9g", seconds), lambdas = length(lambda))
}

say(r = quoted(paste(R.version$major, R.version$minor, sep = ".")), glmnet = version("glmnet"), ncvreg = version("ncvreg"))
input <- file("stdin", "r")
while (length(line <- readLines(input, n = 1)) > 0) {
  request <- parse_flat(line)
  tryCatch(
    suppressWarnings(switch(request$do, load = load(request), path = path(request), cv = , fold = cross(request))),
    error = function(problem) say(error = quoted(conditionMessage(problem)))
  )
}
