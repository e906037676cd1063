# Errors by entity of percentiles, standard deviations and correlations, from the survey package of R.
#
#     apt-get install r-base-core r-cran-survey   # Debian 12: R 4.2.2, survey 4.1-1
#     Rscript tests/reference/make_changes.R
suppressMessages(library(survey))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
num <- function(x) vapply(x, function(v) sprintf("%.17g", v), "")
joined <- function(x) paste(vapply(x, function(v) format(v, digits = 15), ""), collapse = " ")
set.seed(20261122)
survey <- paste("survey", as.character(packageVersion("survey")))
rows <- list()
add <- function(statistic, p, entity, x, y, value, error, source)
  rows[[length(rows) + 1]] <<- data.frame(statistic, p, entity = joined(entity), x = joined(x), y = joined(y), value = num(value), error = num(error), source = paste(survey, source))
for (n in c(60, 200)) {
  entity <- sample(1:(n %/% 3), n, replace = TRUE)
  x <- round(rexp(n, 0.05), 3) + 10 * (entity %% 5); y <- round(0.4 * x + rnorm(n, 0, 8), 3)
  data <- data.frame(entity, x, y, x2 = x^2, y2 = y^2, xy = x * y, one = 1)
  design <- svydesign(ids = ~entity, weights = ~one, data = data)
  # Type 7 of Hyndman and Fan, Woodruff's interval with a normal quantile; its error is half the width over that quantile.
  for (p in c(25, 50, 90)) {
    made <- svyquantile(~x, design, p / 100, qrule = "hf7", interval.type = "mean", df = Inf, ci = TRUE, se = TRUE)
    value <- as.numeric(quantile(x, p / 100, type = 7))
    stopifnot(abs(as.numeric(coef(made)) - value) < 1e-9)
    add("percentile", p, entity, x, y, value, as.numeric(SE(made)), "svyquantile; interval.type mean; df Inf")
  }
  means <- svymean(~x + y + x2 + y2 + xy, design)
  k <- n / (n - 1)
  sd <- svycontrast(means, bquote(sqrt(.(k) * (x2 - x^2))))
  stopifnot(abs(as.numeric(coef(sd)) - sd(x)) < 1e-9)
  add("deviation", "", entity, x, y, sd(x), as.numeric(SE(sd)), "svycontrast of svymean")
  r <- svycontrast(means, quote((xy - x * y) / sqrt((x2 - x^2) * (y2 - y^2))))
  add("correlation", "", entity, x, y, cor(x, y), as.numeric(SE(r)), "svycontrast of svymean")
}
write.csv(do.call(rbind, rows), file.path(here, "linearised.csv"), row.names = FALSE, quote = FALSE)

# Weights raked to margins of the population, with and without base weights, and samples of finite populations: what a card says
# with `.rake(..)`, `.weight(..)` and `.population(..)`, through the whole engine.
rows <- list()
row <- function(kind, n, region, age, base, y, population, value, low, high, source)
  rows[[length(rows) + 1]] <<- data.frame(kind, region = joined(region), age = joined(age), base = joined(base), y = joined(y), population, value = num(value), low = num(low), high = num(high), source = paste(survey, source))
n <- 180
region <- sample(0:2, n, replace = TRUE, prob = c(.5, .3, .2)); age <- sample(0:1, n, replace = TRUE, prob = c(.7, .3))
y <- pmin(10, pmax(0, round(6 + region - 2 * age + rnorm(n, 0, 2)))); t <- qt(.975, n - 1)
margins <- list(data.frame(region = 0:2, Freq = c(30, 40, 30)), data.frame(age = 0:1, Freq = c(45, 55)))
for (base in list(rep(1, n), round(runif(n, .5, 2), 2))) {
  raked <- rake(svydesign(ids = ~1, weights = ~base, data = data.frame(region, age, y, base)), list(~region, ~age), margins, control = list(maxit = 5000, epsilon = 1e-13))
  # The weights as they came out, held fixed: the linearised variance of a weighted mean.
  fixed <- svydesign(ids = ~1, weights = weights(raked), data = data.frame(y))
  mean <- svymean(~y, fixed); se <- as.numeric(SE(mean))
  row("raked", n, region, age, base, y, "", coef(mean), coef(mean) - t * se, coef(mean) + t * se, "rake; svymean; qt")
}
for (population in c(200, 1000)) {
  design <- svydesign(ids = ~1, fpc = rep(population, n), data = data.frame(y))
  mean <- svymean(~y, design); se <- as.numeric(SE(mean))
  row("mean", n, region, age, rep(1, n), y, population, coef(mean), coef(mean) - t * se, coef(mean) + t * se, "svymean with fpc; qt")
  p <- mean(y >= 7); many <- n / (1 - n / population)
  limits <- suppressWarnings(prop.test(p * many, many, correct = FALSE))$conf.int
  row("share", n, region, age, rep(1, n), y, population, 100 * p, 100 * limits[1], 100 * limits[2], "prop.test of n/(1 - n/N) rows")
}
write.csv(do.call(rbind, rows), file.path(here, "weighted.csv"), row.names = FALSE, quote = FALSE)
