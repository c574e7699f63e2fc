# Rscript coprimary.R: powers of co-primary endpoints, for tests of families of claims. R 4.2, mvtnorm 1.1-3.
# Two normal endpoints with SD 1 and one visit, n patients an arm: the test statistics are bivariate normal with the correlation of the endpoints.
library(mvtnorm)
both <- function(n, d, rho, alpha = 0.025) {
  k <- length(d)
  if (k == 1) return(pnorm(d * sqrt(n / 2) - qnorm(1 - alpha)))
  corr <- matrix(rho, k, k); diag(corr) <- 1
  as.numeric(pmvnorm(lower = qnorm(1 - alpha) - d * sqrt(n / 2), upper = Inf, corr = corr, algorithm = GenzBretz(abseps = 1e-10, maxpts = 1e7)))
}
size <- function(d, rho, power = 0.8) { n <- 2; while (both(n, d, rho) < power) n <- n + 1; n }
# Sozu, Sugimoto and Hamasaki (Journal of Biopharmaceutical Statistics 21 (2011) 650): 516, 503, 490, 458 an arm
for (rho in c(0, 0.3, 0.5, 0.8)) cat("size", rho, size(c(0.2, 0.2), rho), "\n")
for (rho in c(0, 0.5, 0.8)) cat("power, n = 100, effects 0.4 and 0.5:", rho, sprintf("%.6f", both(100, c(0.4, 0.5), rho)), "\n")
cat("power, n = 490, effects 0.2, rho 0.5:", sprintf("%.6f", both(490, c(0.2, 0.2), 0.5)), "\n")
cat("three, n = 100, effects 0.4, 0.45, 0.5, rho 0.3:", sprintf("%.6f", both(100, c(0.4, 0.45, 0.5), 0.3)), "\n")
# Fixed sequence of three: first; first and second; all. The same normals, n = 100.
for (k in 1:3) cat("sequence", k, sprintf("%.6f", both(100, c(0.4, 0.45, 0.5)[1:k], 0.3)), "\n")
# Bonferroni with weights 0.8 and 0.2, two-sided 0.05: each in the better direction
c1 <- qnorm(1 - 0.02); c2 <- qnorm(1 - 0.005)
d <- c(0.4, 0.5) * sqrt(50)
corr <- matrix(c(1, 0.5, 0.5, 1), 2)
p1 <- 1 - pnorm(c1 - d[1]); p2 <- 1 - pnorm(c2 - d[2])
p12 <- as.numeric(pmvnorm(lower = c(c1, c2) - d, upper = Inf, corr = corr))
cat("bonferroni", sprintf("%.6f", c(p1, p2, p1 + p2 - p12, p12)), "\n")
# Holm with equal weights: any as by Bonferroni at 0.0125 each; both where the smaller p is below 0.0125 and the other below 0.025.
h <- qnorm(1 - 0.0125); w <- qnorm(1 - 0.025)
either <- 1 - as.numeric(pmvnorm(lower = -Inf, upper = c(h, h) - d, corr = corr))
up <- function(a, b) as.numeric(pmvnorm(lower = c(a, b) - d, upper = Inf, corr = corr))
holm_both <- up(h, w) + up(w, h) - up(h, h)
first <- (1 - pnorm(h - d[1])) + up(w, h) - up(h, h)
cat("holm any, both, first", sprintf("%.6f", c(either, holm_both, first)), "\n")
