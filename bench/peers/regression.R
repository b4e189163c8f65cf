# glmnet and ncvreg on the problems of the comparison, as a child of the benchmark.
#
# Says first what there is: {"r", "glmnet", "ncvreg"}, null where it is not. Then, for each line of JSON in its input (flat:
# strings and numbers only), one line: "load" reads a folder of binary files, "path" writes the coefficients of every
# lambda to a file and gives the "seconds" that the call took by the clock here.

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

say(r = quoted(paste(R.version$major, R.version$minor, sep = ".")), glmnet = version("glmnet"), ncvreg = version("ncvreg"))
input <- file("stdin", "r")
while (length(line <- readLines(input, n = 1)) > 0) {
  request <- parse_flat(line)
  tryCatch(
    suppressWarnings(switch(request$do, load = load(request), path = path(request))),
    error = function(problem) say(error = quoted(conditionMessage(problem)))
  )
}
