# Analyses of trials whose units cross over or are clusters, by R 4.2 with nlme 3.1: the numbers of
# tests/engine/analysis/units_test.cpp, on data that are written there, too. Rscript tests/oracles/analysis/units.R
library(nlme)
show <- function(name, ...) cat(name, format(c(...), digits = 15), "\n")

# A crossover of nine patients, unequal sequences; "B" is compared with "A". With the period in the model the effect is
# that of the two-sample t-test of the differences (Hills and Armitage 1979).
first  <- c(0, 0, 0, 0, 0, 1, 1, 1, 1)               # 1: B first
before <- c(4.1, 5.3, 2.2, 6.0, 5.1, 7.4, 3.9, 5.8, 6.6)
after  <- c(6.3, 6.1, 4.9, 7.7, 4.8, 6.1, 4.0, 3.9, 5.2)
half <- (before - after) / 2
t <- t.test(half[first == 1], half[first == 0], var.equal = TRUE)
show("crossover", diff(-t$estimate[1:2]) * -1, mean(half[first == 1]) - mean(half[first == 0]), t$stderr, t$parameter, t$statistic, t$p.value, t$conf.int)
long <- data.frame(patient = factor(rep(1:9, 2)), period = factor(rep(1:2, each = 9)), treatment = c(first, 1 - first), y = c(before, after))
fit <- lm(y ~ patient + period + treatment, long)
show("by lm", summary(fit)$coefficients["treatment", ], df.residual(fit))

# Clusters of 1 to 6 patients, a missing value, four and five clusters; three in a third arm.
size <- c(3, 5, 1, 6, 4, 2, 4, 5, 3, 6, 2, 4)
arm <- c(0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2)
id <- rep(seq_along(size), size)
u <- c(0.9, -0.4, 0.3, -1.1, 0.2, 1.4, -0.6, 0.8, -0.2, 0.5, -0.9, 1.2)
y <- round(10 + c(0, 1, 2)[arm[id] + 1] + u[id] + 1.5 * sin(1.7 * seq_along(id)), 2)
cat("y", paste(y, collapse = ", "), "\n")
data <- data.frame(id = factor(id), arm = factor(arm[id]), y = y)
means <- tapply(y, id, mean)

t <- t.test(means[arm == 1], means[arm == 0], var.equal = TRUE)
show("cluster-t", mean(means[arm == 1]) - mean(means[arm == 0]), t$stderr, t$parameter, t$p.value, t$conf.int)
mixed <- function(data, clusters, arms) {
  fit <- lme(y ~ arm, random = ~ 1 | id, data, method = "REML", control = lmeControl(msTol = 1e-14, tolerance = 1e-12, opt = "optim", reltol = 1e-15))
  b <- fixef(fit); se <- sqrt(diag(vcov(fit))); df <- clusters - arms
  vc <- as.numeric(VarCorr(fit)[, 1])
  for (k in seq_along(b)[-1]) show(paste("mixed", names(b)[k]), b[k], se[k], df, b[k] / se[k], 2 * pt(-abs(b[k] / se[k]), df))
  show("ratio", vc[1] / vc[2], vc[2])
}
mixed(data, 12, 3)
mixed(droplevels(data[arm[id] < 2, ]), 9, 2)
# Residuals that differ between clusters less than chance: the ratio is 0.
flat <- data; flat$y <- ave(data$y, data$arm) + data$y - ave(data$y, data$id); mixed(flat, 12, 3)
print(summary(lm(y ~ arm, flat))$coefficients, digits = 15)

# A stepped wedge: six clusters, four periods, two clusters a group; cells of 2 or 3 patients.
cells <- expand.grid(period = 1:4, cluster = 1:6)
group <- (cells$cluster + 1) %/% 2
cells$treated <- as.numeric(cells$period > group)
cells$n <- 2 + (cells$cluster + cells$period) %% 2
rows <- rep(seq_len(nrow(cells)), cells$n)
v <- c(0.7, -0.5, 1.1, -0.9, 0.2, -0.3)
w <- cells[rows, ]
w$y <- round(20 + 0.5 * w$period + 1.2 * w$treated + v[w$cluster] + 1.3 * cos(2.3 * seq_along(rows)), 2)
cat("wedge", paste(w$y, collapse = ", "), "\n")
fit <- lme(y ~ factor(period) + treated, random = ~ 1 | cluster, w, method = "REML", control = lmeControl(msTol = 1e-14, tolerance = 1e-12, opt = "optim", reltol = 1e-15))
b <- fixef(fit)["treated"]; se <- sqrt(vcov(fit)["treated", "treated"])
show("wedge", b, se, b / se, 2 * pt(-abs(b / se), 4))
vc <- as.numeric(VarCorr(fit)[, 1]); show("ratio", vc[1] / vc[2], vc[2])

# Student's sleep data, paired; presidential approval (Agresti 1990), exact.
t <- t.test(sleep$extra[sleep$group == 1], sleep$extra[sleep$group == 2], paired = TRUE)
show("sleep", t$estimate, t$stderr, t$parameter, t$statistic, t$p.value, t$conf.int)
show("approval", (86 - 150) / 1600, binom.test(86, 236)$p.value, pbinom(86, 236, 0.5), sqrt((236 - 64^2 / 1600) / 1600^2))
show("few", binom.test(5, 6)$p.value, pbinom(4, 6, 0.5, lower.tail = FALSE))

# Powers. Owen's Q by integration over the standard error that is observed.
tost <- function(effect, margin, se, df, level) {
  q <- qt(1 - level, df)
  f <- function(x) pmax(0, pnorm((margin - effect) / se - q * x) - pnorm((-margin - effect) / se + q * x)) * 2 * df * x * dchisq(df * x^2, df)
  integrate(f, 0, margin / (q * se), rel.tol = 1e-12, subdivisions = 2000)$value
}
for (of in list(c(0.2, 20), c(0.25, 28), c(0.3, 40), c(0.2, 18), c(0.3, 12)))
  show("2x2", of, tost(log(0.95), log(1.25), sqrt(log(1 + of[1]^2)) * sqrt(2 / of[2]), of[2] - 2, 0.05))
mcnemar <- function(n, better, worse, alpha) {
  power <- 0
  for (d in 1:n) { k <- 0:d; p <- sapply(k, function(x) binom.test(x, d)$p.value); power <- power + dbinom(d, n, better + worse) * sum(dbinom(k, d, better / (better + worse))[p <= alpha * (1 + 1e-12)]) }
  power
}
show("mcnemar power", mcnemar(60, 0.3, 0.1, 0.05))

# Tango's interval of a paired difference: the share q of pairs that get worse is found by a search, and not by the root
# of a quadratic equation.
tango <- function(better, worse, n, level = 0.95) {
  score <- function(delta) {
    same <- n - better - worse
    loglik <- function(q) {
      p <- c(q + delta, q, 1 - 2 * q - delta)
      k <- c(better, worse, same)
      if (any(p < 0)) return(-Inf)
      sum(ifelse(k > 0, k * log(p), 0))
    }
    low <- max(0, -delta); high <- (1 - delta) / 2
    q <- optimize(loglik, c(low, high), maximum = TRUE, tol = 1e-14)$maximum
    (better - worse - n * delta) / sqrt(n * (2 * q + delta * (1 - delta)))
  }
  z <- qnorm(1 - (1 - level) / 2)
  sapply(c(z, -z), function(at) uniroot(function(d) score(d) - at, c(-1 + 1e-9, 1 - 1e-9), tol = 1e-13)$root)
}
show("tango", tango(86, 150, 1600))
show("tango", tango(5, 1, 16))
show("tango", tango(0, 0, 4))
show("tango", tango(0, 1, 44))

# The adjusted t-test of Donner and Klar (2000), by the analysis of variance.
adjusted <- function(data) {
  table <- anova(lm(y ~ arm + id, data))
  msc <- table["id", "Mean Sq"]; msw <- table["Residuals", "Mean Sq"]; df <- table["id", "Df"]
  sizes <- as.data.frame(table(data$id, data$arm)); sizes <- sizes[sizes$Freq > 0, ]
  m <- split(sizes$Freq, sizes$Var2)
  m0 <- (nrow(data) - sum(sapply(m, function(k) sum(k^2) / sum(k)))) / df
  s2 <- msw + (msc - msw) / m0; rho <- ((msc - msw) / m0) / s2
  inflation <- sapply(m, function(k) sum(k * (1 + (k - 1) * rho)) / sum(k))
  b <- diff(tapply(data$y, data$arm, mean)); se <- sqrt(s2 * sum(inflation / sapply(m, sum)))
  show("adjusted", b, se, df, 2 * pt(-abs(b / se), df), rho)
}
adjusted(droplevels(data[arm[id] < 2, ]))
