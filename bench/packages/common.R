# What the R scripts share: data in, cases out. The data are read with jsonlite; its writer stops at 15 digits, so that
# cases are written here.

library <- Sys.getenv("FLIPSIDE_R_LIBRARY")
if (library != "") .libPaths(c(library, .libPaths()))

read_data <- function(file) {
  lapply(jsonlite::fromJSON(file), function(d) {
    d$x <- matrix(d$x, d$rows)
    for (name in c("tasks", "shifts")) d[[name]] <- matrix(d[[name]], d$rows)
    d
  })
}

# A vector of length 1 is a number unless wrapped in I(); what is not finite is null.
to_json <- function(value) {
  if (is.null(value)) return("null")
  if (is.list(value)) {
    value <- value[!vapply(value, is.null, TRUE)]
    parts <- vapply(value, to_json, "")
    if (is.null(names(value))) return(paste0("[", paste(parts, collapse = ",\n"), "]"))
    return(paste0("{", paste0('"', names(value), '":', parts, collapse = ","), "}"))
  }
  text <- if (is.logical(value)) {
    ifelse(value, "true", "false")
  } else if (is.character(value)) {
    paste0('"', gsub('"', '\\\\"', value), '"')
  } else {
    short <- sprintf("%.15g", value)
    ifelse(is.finite(value), ifelse(as.numeric(short) == value, short, sprintf("%.17g", value)), "null")
  }
  if (length(text) == 1 && !inherits(value, "AsIs")) return(text)
  paste0("[", paste(text, collapse = ","), "]")
}

collected <- new.env()
collected$cases <- list()

add_case <- function(...) {
  collected$cases[[length(collected$cases) + 1]] <- list(...)
}

write_cases <- function(file, package) {
  versions <- as.character(utils::packageVersion(package))
  about <- list(package = package, version = versions, language = paste("R", getRversion()), cases = collected$cases)
  writeLines(to_json(about), file)
}

l1 <- list(name = "l1")
