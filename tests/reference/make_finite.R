# Changes between two months of samples from a finite population, from the survey package of R.
#
#     apt-get install r-base-core r-cran-survey   # Debian 12: R 4.2.2, survey 4.1-1
#     Rscript tests/reference/make_finite.R
suppressMessages(library(survey))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
num <- function(x) sprintf("%.17g", x)
joined <- function(x) paste(vapply(x, function(v) format(v, digits = 15), ""), collapse = " ")
set.seed(20261123)
rows <- list()
for (n in c(40, 90)) for (population in c(120, 1000)) for (measure in c("mean(s.x)", "nps(s.x)", "at_least(s.x, 7)")) {
  x <- c(pmin(10, pmax(0, round(rnorm(n, 7.2, 2)))), pmin(10, pmax(0, round(rnorm(n, 6.1, 2.5)))))
  month <- rep(c(1, 0), each = n)
  y <- switch(measure, "mean(s.x)" = x, "nps(s.x)" = 100 * ((x >= 9) - (x <= 6)), "at_least(s.x, 7)" = 100 * (x >= 7))
  data <- data.frame(y, month, N = population, w = population / n)
  design <- svydesign(ids = ~1, strata = ~month, fpc = ~N, weights = ~w, data = data)
  by <- svyby(~y, ~month, design, svymean, covmat = TRUE)
  made <- svycontrast(by, c(-1, 1))
  rows[[length(rows) + 1]] <- data.frame(measure, population, n, x = joined(x), month = joined(month), difference = num(coef(made)), error = num(SE(made)), source = paste("survey", as.character(packageVersion("survey")), "svycontrast of svyby, fpc"))
}
write.csv(do.call(rbind, rows), file.path(here, "finite_change.csv"), row.names = FALSE)
