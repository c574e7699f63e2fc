# Weighted log-rank statistics, restricted means and survival at a time: Rscript survival.R, in this folder.
# Needs R with survival and mvtnorm. Sums of weights are recomputed from survfit's counts; where gamma is 0 they are checked
# against survdiff. Restricted means and survival are those that summary(survfit) prints.
suppressMessages({library(survival); library(mvtnorm)})
made_with <- paste0(R.version.string, ", survival ", packageVersion("survival"), ", mvtnorm ", packageVersion("mvtnorm"))
weights <- list(c(0, 0), c(0, 1), c(1, 0), c(1, 1), c(0.5, 0.5), c(2, 0.3))

one_stratum <- function(arm, time, event) {
  both <- survfit(Surv(time, event) ~ 1)
  at <- both$time[both$n.event > 0]
  before <- c(1, both$surv)[match(at, both$time)]
  n <- sapply(at, function(t) sum(time >= t)); n1 <- sapply(at, function(t) sum(time >= t & arm == 1))
  d <- sapply(at, function(t) sum(time == t & event == 1)); d1 <- sapply(at, function(t) sum(time == t & event == 1 & arm == 1))
  v <- ifelse(n > 1, d * n1 / n * (1 - n1 / n) * (n - d) / (n - 1), 0)
  w <- sapply(weights, function(k) before^k[1] * (1 - before)^k[2])
  list(excess = colSums(w * (d1 - d * n1 / n)), information = colSums(w * v), covariance = crossprod(w, w * v))
}
weighted <- function(arm, time, event, stratum) {
  parts <- lapply(unique(stratum), function(s) one_stratum(arm[stratum == s], time[stratum == s], event[stratum == s]))
  total <- function(name) Reduce(`+`, lapply(parts, `[[`, name))
  sums <- list(excess = total("excess"), information = total("information"), covariance = total("covariance"))
  for (k in seq_along(weights)) if (weights[[k]][2] == 0 && length(parts) == 1) {
    fit <- survdiff(Surv(time, event) ~ arm, rho = weights[[k]][1])
    stopifnot(abs(fit$obs[2] - fit$exp[2] - sums$excess[k]) < 1e-9, abs(fit$var[2, 2] - sums$covariance[k, k]) < 1e-9)
  }
  sums
}
# P(the largest statistic of several exceeds what was seen), of the smallest, the largest and the largest in size. The correlation
# of the first three and four weights is singular, where only GenzBretz works, with some 1e-7; the others are Miwa's, with 1e-10.
max_combo <- function(sums, which) {
  set.seed(1)
  z <- (sums$excess / sqrt(diag(sums$covariance)))[which]
  r <- cov2cor(sums$covariance[which, which])
  exact <- min(eigen(r)$values) > 1e-6
  algorithm <- if (exact) Miwa(2048) else GenzBretz(25e6, 1e-8, 0)
  inside <- function(low, high) pmvnorm(rep(low, length(z)), rep(high, length(z)), sigma = r, algorithm = algorithm)[1]
  list(weights = which - 1, exact = as.numeric(exact), less = 1 - inside(min(z), Inf), greater = 1 - inside(-Inf, max(z)), two_sided = 1 - inside(-max(abs(z)), max(abs(z))))
}
curves <- function(arm, time, event, until) {
  fit <- survfit(Surv(time, event) ~ arm)
  mean <- summary(fit, rmean = until)$table
  at <- summary(fit, times = until)
  list(until = until, mean = unname(mean[, "rmean"]), mean_se = unname(mean[, "se(rmean)"]), survival = at$surv, survival_se = at$std.err)
}
test_case <- function(name, arm, time, event, until, stratum = rep(0, length(arm))) {
  strata <- length(unique(stratum)) > 1
  sums <- weighted(arm, time, event, stratum)
  data <- list(arm = arm, time = time, event = event)
  if (strata) data$stratum <- stratum
  c(list(name = name, data = data, strata = length(unique(stratum)), weights = weights), sums,
    list(max_combo = lapply(list(1:4, 1:2, 1:3, c(1, 2, 5, 6)), function(k) max_combo(sums, k)), curves = lapply(until, function(u) curves(arm, time, event, u))))
}
v <- veteran
cases <- list(
  test_case("lung by sex", lung$sex - 1, lung$time, lung$status - 1, c(365, 700, 5)),
  test_case("ovarian", ovarian$rx - 1, ovarian$futime, ovarian$fustat, c(365, 563)),
  test_case("veteran by cell type", v$trt - 1, v$time, v$status, c(90, 300), as.integer(v$celltype) - 1),
  test_case("heavy ties", rep(0:1, 10), c(1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 1, 4, 4, 5, 5, 5, 6, 6, 6, 7), rep(c(1, 1, 0, 1), 5), c(3, 4.5)),
  test_case("two to one, no censoring", c(0, 0, 0, 0, 0, 0, 1, 1, 1), c(1, 2, 3, 4, 5, 6, 2.5, 3, 7), rep(1, 9), c(3, 5.5))
)

json <- function(x) {
  if (is.list(x)) {
    items <- sapply(x, json)
    if (is.null(names(x))) return(paste0("[", paste(items, collapse = ","), "]"))
    return(paste0("{", paste0('"', names(x), '":', items, collapse = ","), "}"))
  }
  if (is.matrix(x)) return(paste0("[", paste(apply(x, 1, json), collapse = ","), "]"))
  text <- if (is.character(x)) paste0('"', x, '"') else sprintf("%.15g", x)
  if (length(x) == 1) text else paste0("[", paste(text, collapse = ","), "]")
}
writeLines(paste0('{"made_with":"', made_with, '","cases":[\n', paste(sapply(cases, json), collapse = ",\n"), "]}"), "survival.json")
