# Reference values from R, for what has no other good implementation: survey designs, raking, the nine percentiles, Greenwood.
#
#     apt-get install r-base-core r-cran-survey r-cran-survival   # Debian 12: R 4.2.2, survey 4.1-1, survival 3.5
#     Rscript tests/reference/make_inference.R
suppressMessages({library(survey); library(survival)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
num <- function(x) vapply(x, function(v) { for (d in 15:17) { s <- sprintf("%.*g", d, v); if (as.numeric(s) == v) return(s) }; s }, "")
joined <- function(x) paste(num(x), collapse = " ")
version <- function(p) paste(p, as.character(packageVersion(p)))
put <- function(name, rows) write.csv(do.call(rbind, rows), file.path(here, name), row.names = FALSE, quote = FALSE)
set.seed(20261101)
survey <- version("survey")
r <- paste("R", getRversion())

# Percentiles of the nine types.
rows <- list()
for (values in list(c(5), c(1, 2), c(1, 2, 3, 10), c(0, 0, 0, 7, 7, 10, 10, 10, 10), sort(round(rnorm(31), 4)), sort(round(rexp(26), 3)), 1:10))
  for (p in c(0, 10, 25, 30, 33.3, 50, 75, 90, 99.9, 100)) for (type in 1:9)
    rows[[length(rows) + 1]] <- data.frame(values = joined(values), p = num(p), type = type, value = num(quantile(values, p / 100, type = type, names = FALSE)), source = paste(r, "quantile"))
put("percentile_types.csv", rows)

# Ratios of sums, a row a cluster; and with clusters of several rows, two ratios and their covariance.
rows <- list()
for (n in c(4, 12, 60)) {
  x <- round(rexp(n, 0.1) + 1, 2); y <- round(x * runif(n, 0.2, 2), 3)
  design <- svydesign(ids = ~1, weights = ~1, data = data.frame(w = 1)[rep(1, n), , drop = FALSE])
  design <- svydesign(ids = ~1, weights = rep(1, n), data = data.frame(x, y))
  ratio <- svyratio(~y, ~x, design); error <- as.numeric(SE(ratio)); value <- as.numeric(coef(ratio))
  t <- qt(0.975, n - 1)
  rows[[length(rows) + 1]] <- data.frame(x = joined(x), y = joined(y), ratio = num(value), error = num(error), low = num(value - t * error), high = num(value + t * error), source = paste(survey, "svyratio; qt"))
}
put("ratio.csv", rows)
rows <- list()
for (n in c(20, 90)) {
  entity <- sample(1:(n %/% 3), n, replace = TRUE)
  x1 <- rep(1, n); y1 <- sample(c(-1, 0, 1), n, replace = TRUE); x2 <- round(runif(n, 1, 5), 2); y2 <- round(y1 + x2 * runif(n, 0.5, 1.5), 3)
  data <- data.frame(entity, x1, y1, x2, y2)
  design <- svydesign(ids = ~entity, weights = rep(1, n), data = data)
  # The covariance of two ratios: that of the totals of their linearised variables.
  design <- update(design, z1 = (y1 - sum(data$y1) / sum(data$x1) * x1) / sum(data$x1), z2 = (y2 - sum(data$y2) / sum(data$x2) * x2) / sum(data$x2))
  both <- vcov(svytotal(~z1 + z2, design))
  stopifnot(all.equal(both[1, 1], as.numeric(SE(svyratio(~y1, ~x1, design)))^2), all.equal(both[2, 2], as.numeric(SE(svyratio(~y2, ~x2, design)))^2))
  rows[[length(rows) + 1]] <- data.frame(entity = joined(entity), x1 = joined(x1), y1 = joined(y1), x2 = joined(x2), y2 = joined(y2), variance1 = num(both[1, 1]), variance2 = num(both[2, 2]), covariance = num(both[1, 2]), source = paste(survey, "svytotal of linearised variables; svyratio"))
}
put("covariance.csv", rows)

# A mean of a simple random sample of a finite population.
rows <- list()
for (population in c(40, 500)) {
  values <- round(rnorm(25, 50, 10), 2)
  mean <- svymean(~values, svydesign(ids = ~1, fpc = rep(population, 25), data = data.frame(values)))
  rows[[length(rows) + 1]] <- data.frame(values = joined(values), population, mean = num(coef(mean)), error = num(as.numeric(SE(mean))), source = paste(survey, "svymean with fpc"))
}
put("finite.csv", rows)

# Raking, to weights of mean 1.
rows <- list()
for (n in c(30, 200)) {
  a <- sample(0:2, n, replace = TRUE); b <- sample(0:1, n, replace = TRUE, prob = c(0.7, 0.3)); base <- round(runif(n, 0.5, 3), 2)
  ta <- c(25, 45, 30); tb <- c(48, 52)
  data <- data.frame(a = factor(a), b = factor(b), base)
  raked <- rake(svydesign(ids = ~1, weights = ~base, data = data), list(~a, ~b), list(data.frame(a = factor(0:2), Freq = ta), data.frame(b = factor(0:1), Freq = tb)), control = list(maxit = 5000, epsilon = 1e-13))
  w <- weights(raked); w <- w * n / sum(w)
  rows[[length(rows) + 1]] <- data.frame(base = joined(base), a = joined(a), b = joined(b), a_targets = joined(ta), b_targets = joined(tb), weights = joined(w), source = paste(survey, "rake"))
}
put("raking.csv", rows)

# Greenwood's plain limits.
rows <- list()
for (n in c(12, 150)) {
  time <- ceiling(rexp(n, 1 / 12)); event <- as.integer(runif(n) < 0.75)
  counts <- tapply(event, time, function(e) paste(sum(e), sum(1 - e), sep = ":"))
  lives <- paste(names(counts), counts, sep = ":", collapse = " ")
  fit <- summary(survfit(Surv(time, event) ~ 1, conf.type = "plain"))
  keep <- which(fit$surv > 0 & fit$surv < 1)
  for (i in keep[unique(round(seq(1, length(keep), length.out = 5)))])
    rows[[length(rows) + 1]] <- data.frame(lives, time = fit$time[i], percent = num(100 * fit$surv[i]), low = num(100 * max(0, fit$lower[i])), high = num(100 * min(1, fit$upper[i])), source = paste(version("survival"), "survfit plain"))
}
put("greenwood.csv", rows)

# The change of a mean between two periods where customers answer in both, some of them twice.
rows <- list()
set.seed(7)
for (customers in c(45, 120)) {
  feel <- rnorm(customers, 0, 1.5)
  n <- customers * 3
  customer <- sample(1:customers, n, replace = TRUE); period <- sample(c("2026-05", "2026-06"), n, replace = TRUE)
  y <- pmin(10, pmax(0, round(6 + feel[customer] + 0.8 * (period == "2026-06") + rnorm(n))))
  design <- svydesign(ids = ~customer, weights = rep(1, n), data = data.frame(customer, period, y))
  both <- svyby(~y, ~period, design, svymean, covmat = TRUE)
  change <- svycontrast(both, c("2026-05" = -1, "2026-06" = 1))
  m <- length(unique(customer)); error <- as.numeric(SE(change)); d <- as.numeric(coef(change))
  rows[[length(rows) + 1]] <- data.frame(customers, customer = joined(customer), period = paste(period, collapse = " "), y = joined(y), change = num(d), error = num(error), p = num(2 * pt(-abs(d / error), m - 1)), low = num(d - qt(0.975, m - 1) * error), high = num(d + qt(0.975, m - 1) * error), source = paste(survey, "svyby and svycontrast; pt"))
}
put("change.csv", rows)

# A score of two metrics over the same customers: 0.6 mean + 0.4 share, with the covariance of both.
rows <- list()
set.seed(8)
n <- 150; customers <- 60
customer <- sample(1:customers, n, replace = TRUE)
y <- pmin(10, pmax(0, round(rnorm(n, 6, 2)))); hit <- as.integer(y + rnorm(n) > 6)
design <- svydesign(ids = ~customer, weights = rep(1, n), data = data.frame(customer, y, hit))
both <- svymean(~y + hit, design)
score <- svycontrast(both, c(y = 0.6 * 10, hit = 0.4 * 100))
m <- length(unique(customer)); error <- as.numeric(SE(score)); d <- as.numeric(coef(score))
rows[[1]] <- data.frame(customers, customer = joined(customer), y = joined(y), hit = joined(hit), score = num(d), error = num(error), low = num(d - qt(0.975, m - 1) * error), high = num(d + qt(0.975, m - 1) * error), source = paste(survey, "svymean and svycontrast; qt"))
put("composite.csv", rows)
