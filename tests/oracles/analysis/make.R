# Makes the numbers that the tests of engine/analysis are held to: Rscript make.R, in this folder.
# Needs R with survival, MASS, and jsonlite. Each file names the version that made it.
suppressMessages({library(jsonlite); library(MASS); library(survival)})
made_with <- paste0(R.version.string, ", survival ", packageVersion("survival"), ", MASS ", packageVersion("MASS"))

store <- function(name, cases) {
  text <- toJSON(list(made_with = made_with, cases = cases), auto_unbox = TRUE, digits = NA, na = "null", pretty = FALSE)
  # One case per line keeps the files reviewable.
  writeLines(gsub('{"name"', '\n{"name"', text, fixed = TRUE), paste0(name, ".json"))
}
codes <- function(x) as.integer(x) - 1L
# Columns of length one would be unboxed to scalars.
columns <- function(...) lapply(list(...), I)

# ---- two-sample t ----
two_sample <- function(name, arm, outcome, ...) {
  summary_of <- function(welch) {
    # t.test subtracts the second group from the first: active first.
    fit <- t.test(outcome[arm == 1], outcome[arm == 0], var.equal = !welch, ...)
    list(estimate = unname(fit$estimate[1] - fit$estimate[2]), se = fit$stderr, df = unname(fit$parameter),
         statistic = unname(fit$statistic), p = fit$p.value, lower = fit$conf.int[1], upper = fit$conf.int[2])
  }
  list(name = name, data = columns(arm = arm, outcome = outcome), pooled = summary_of(FALSE), welch = summary_of(TRUE))
}
store("t_test", list(
  two_sample("ToothGrowth", codes(ToothGrowth$supp), ToothGrowth$len),
  two_sample("sleep", codes(sleep$group), sleep$extra),
  two_sample("iris, petal length of two species", codes(iris$Species[51:150]) - 1L, iris$Petal.Length[51:150]),
  two_sample("unequal sizes, a shift of a million", c(rep(0L, 4), rep(1L, 9)),
             1e6 + c(1.5, 2.25, 0.5, 3.125, 9.5, 4.75, 6.5, 2.25, 1.125, 8.5, 7.75, 3.25, 5.5)),
  two_sample("far in the tail", rep(0:1, each = 30), c(seq(0, 2.9, 0.1), seq(40, 42.9, 0.1)))
))

# ---- analysis of covariance ----
linear <- function(name, data, formula, arms, baseline = NULL, covariates = list(), factors = list(), change = FALSE,
                   adjust = FALSE) {
  fit <- lm(formula, data)
  table <- coef(summary(fit))
  interval <- confint(fit)
  rows <- paste0("arm", seq_len(arms - 1))
  contrast <- lapply(rows, function(row) list(
    estimate = table[row, 1], se = table[row, 2], df = fit$df.residual, statistic = table[row, 3], p = table[row, 4],
    lower = interval[row, 1], upper = interval[row, 2]))
  d <- columns(arm = as.integer(as.character(data$arm)), outcome = data$y)
  if (!is.null(baseline)) d$baseline <- I(baseline)
  list(name = name, arms = arms, change = change, adjust = adjust, data = d,
       covariates = lapply(covariates, I), factors = lapply(unname(factors), function(f) I(codes(f))),
       levels = I(as.integer(sapply(factors, nlevels))), patients = nobs(fit), aliased = sum(is.na(coef(fit))),
       contrasts = contrast)
}
arm_of <- function(x) factor(x, levels = sort(unique(x)))
anorexia_arm <- c(Cont = 0L, CBT = 1L, FT = 2L)[as.character(anorexia$Treat)]
a <- data.frame(y = anorexia$Postwt, pre = anorexia$Prewt, arm = arm_of(anorexia_arm))
a$change <- a$y - a$pre
set.seed(20260101)
n <- 61
s <- data.frame(arm = arm_of(rep(0:1, length.out = n)), x1 = round(rnorm(n, 50, 10), 3), x2 = round(rexp(n), 3),
                g = factor(sample(c("I", "II", "III", "IV", "V"), n, TRUE, c(.34, .26, .11, .14, .15)), c("I", "II", "III", "IV", "V")),
                h = factor(sample(c("a", "b", "never"), n, TRUE, c(.5, .5, 0)), c("a", "b", "never")))
s$y <- round(2 + 0.4 * s$x1 - s$x2 + as.integer(s$g) + 1.5 * (s$arm == 1) + rnorm(n, 0, 3), 3)
s$y[c(3, 17)] <- NA; s$x2[29] <- NA; s$g[44] <- NA
s$g_code <- s$g
collinear <- s; collinear$x3 <- 2 * s$x1 - 3 * s$x2
near <- s; near$x3 <- s$x1 + round(rnorm(n), 3) * 1e-5
offset <- s; offset$x1 <- 1e7 + s$x1; offset$y <- 1e6 + s$y
store("ancova", list(
  linear("anorexia, one-way", a, y ~ arm, 3),
  linear("anorexia, baseline as covariate", a, y ~ arm + pre, 3, baseline = a$pre, adjust = TRUE),
  linear("anorexia, change from baseline", transform(a, y = change), y ~ arm, 3, baseline = a$pre * 0),
  linear("anorexia, change adjusted for baseline", a, change ~ arm + pre, 3, baseline = a$pre, change = TRUE, adjust = TRUE),
  linear("factors and missing values", s, y ~ arm + x1 + x2 + g + h, 2, covariates = list(s$x1, s$x2), factors = list(s$g, s$h)),
  linear("an aliased covariate", collinear, y ~ arm + x1 + x2 + x3, 2, covariates = list(s$x1, s$x2, collinear$x3)),
  linear("nearly collinear covariates", near, y ~ arm + x1 + x3, 2, covariates = list(s$x1, near$x3)),
  linear("large offsets", offset, y ~ arm + x1 + x2, 2, covariates = list(offset$x1, s$x2))
))

# ---- binary outcomes ----
# The table is (events, patients, events of the reference, patients of the reference).
binary <- function(events, patients, reference_events, reference_patients) {
  m <- matrix(c(events, patients - events, reference_events, reference_patients - reference_events), 2)
  fisher <- function(side) fisher.test(m, alternative = side)$p.value
  pearson <- function(correct) suppressWarnings(unname(chisq.test(m, correct = correct)$statistic))
  out <- list(name = paste(events, patients, reference_events, reference_patients, sep = "/"),
       table = I(c(events, patients, reference_events, reference_patients)),
       fisher = I(c(fisher("two.sided"), fisher("less"), fisher("greater"))))
  if (events + reference_events > 0 && events + reference_events < patients + reference_patients)
    out$pearson <- I(c(pearson(FALSE), pearson(TRUE)))
  out
}
store("binary", list(binary(10, 20, 2, 20), binary(0, 9, 5, 11), binary(3, 3, 0, 4), binary(0, 5, 0, 7),
  binary(7, 10, 7, 10), binary(45, 120, 80, 130), binary(400, 5000, 500, 5100), binary(1, 300, 2, 4)))

# Cochran-Mantel-Haenszel: strata x (events, patients, reference events, reference patients)
stratified <- function(name, a) {
  # a: 2 (event, no event) x 2 (active, reference) x K. R refuses strata of one patient, which have no variance.
  fit <- function(correct) mantelhaen.test(a[, , apply(a, 3, sum) > 1], correct = correct)
  list(name = name, tables = lapply(seq_len(dim(a)[3]), function(k) I(c(a[1, 1, k], sum(a[, 1, k]), a[1, 2, k], sum(a[, 2, k])))),
       statistic = unname(fit(FALSE)$statistic), corrected = unname(fit(TRUE)$statistic), p = fit(FALSE)$p.value,
       estimate = log(unname(fit(FALSE)$estimate)), lower = log(fit(FALSE)$conf.int[1]), upper = log(fit(FALSE)$conf.int[2]))
}
esophagus <- with(transform(esoph, exposed = as.integer(alcgp) > 1), {
  a <- array(0, c(2, 2, 6))
  for (k in 1:6) for (e in 0:1) {
    here <- as.integer(agegp) == k & exposed == (e == 0)
    a[, e + 1, k] <- c(sum(ncases[here]), sum(ncontrols[here]))
  }
  a
})
store("cochran_mantel_haenszel", list(
  stratified("UCBAdmissions, admitted, men against women", UCBAdmissions),
  stratified("esoph, cases by age, alcohol above 40 g", esophagus),
  stratified("a stratum of one patient and an empty margin",
             array(c(3, 2, 1, 4,  1, 0, 0, 0,  0, 3, 0, 5,  6, 1, 2, 7), c(2, 2, 4)))
))

# Miettinen-Nurminen from its definition: the restricted likelihood is maximised numerically, the interval by root search.
restricted <- function(t, null) {
  log_likelihood <- function(q) {
    p <- q + null
    term <- function(k, prob) ifelse(k == 0, 0, k * log(prob))
    term(t[1], p) + term(t[2] - t[1], 1 - p) + term(t[3], q) + term(t[4] - t[3], 1 - q)
  }
  slope <- function(q) {
    p <- q + null
    ratio <- function(k, prob) if (k == 0) 0 else k / prob
    ratio(t[1], p) - ratio(t[2] - t[1], 1 - p) + ratio(t[3], q) - ratio(t[4] - t[3], 1 - q)
  }
  low <- max(0, -null); high <- min(1, 1 - null)
  inset <- 1e-13 * (high - low)
  # The slope falls; where it does not change sign the maximum is at an end.
  if (slope(low + inset) <= 0) return(low)
  if (slope(high - inset) >= 0) return(high)
  uniroot(slope, c(low + inset, high - inset), tol = 1e-15, maxiter = 10000)$root
}
mn_z <- function(tables, null) {
  parts <- sapply(tables, function(t) {
    q <- restricted(t, null); p <- q + null
    v <- (p * (1 - p) / t[2] + q * (1 - q) / t[4]) * (t[2] + t[4]) / (t[2] + t[4] - 1)
    c(w = t[2] * t[4] / (t[2] + t[4]), d = t[1] / t[2] - t[3] / t[4], v = v)
  })
  w <- parts["w", ] / sum(parts["w", ])
  v <- sum(w^2 * parts["v", ])
  excess <- sum(w * parts["d", ]) - null
  if (v <= 1e-18) (if (abs(excess) < 1e-12) 0 else sign(excess) * Inf) else excess / sqrt(v)
}
mn <- function(name, tables) {
  w <- sapply(tables, function(t) t[2] * t[4] / (t[2] + t[4]))
  d <- sum(w * sapply(tables, function(t) t[1] / t[2] - t[3] / t[4])) / sum(w)
  z <- qnorm(0.975)
  bound <- function(target, low, high) {
    f <- function(null) max(-1e6, min(1e6, mn_z(tables, null))) - target
    if (f(low) <= 0) return(low)
    if (f(high) >= 0) return(high)
    uniroot(f, c(low, high), tol = 1e-14, maxiter = 10000)$root
  }
  nulls <- c(-0.3, -0.1, 0, 0.05, 0.4)
  list(name = name, tables = lapply(tables, I), estimate = d, lower = bound(z, -1 + 1e-12, d), upper = bound(-z, d, 1 - 1e-12),
       nulls = I(nulls), z = I(sapply(nulls, function(null) mn_z(tables, null))))
}
store("miettinen_nurminen", list(
  mn("56/70 v 48/80 (Newcombe 1998, a)", list(c(56, 70, 48, 80))),
  mn("9/10 v 3/10 (b)", list(c(9, 10, 3, 10))),
  mn("6/7 v 2/7 (c)", list(c(6, 7, 2, 7))),
  mn("5/56 v 0/29 (d)", list(c(5, 56, 0, 29))),
  mn("0/10 v 0/20 (e)", list(c(0, 10, 0, 20))),
  mn("0/10 v 0/10 (f)", list(c(0, 10, 0, 10))),
  mn("10/10 v 0/20 (g)", list(c(10, 10, 0, 20))),
  mn("10/10 v 0/10 (h)", list(c(10, 10, 0, 10))),
  mn("three strata", list(c(8, 20, 5, 22), c(15, 18, 9, 15), c(0, 6, 1, 9)))
))

# ---- ranks ----
ranks <- function(name, arm, outcome) {
  a <- outcome[arm == 1]; r <- outcome[arm == 0]
  fit <- function(...) suppressWarnings(wilcox.test(a, r, ...))
  plain <- fit(exact = FALSE, correct = FALSE); corrected <- fit(exact = FALSE)
  auto <- fit(); less <- fit(alternative = "less"); greater <- fit(alternative = "greater")
  # DeLong's variance from its definition: placements of each patient among the other arm.
  win <- outer(a, r, function(x, y) (x > y) + (x == y) / 2)
  list(name = name, data = columns(arm = arm, outcome = outcome), u = unname(auto$statistic), exact = grepl("exact", auto$method),
       p_plain = plain$p.value, p_corrected = corrected$p.value, p = auto$p.value, p_less = less$p.value,
       p_greater = greater$p.value, estimate = mean(win) - 0.5,
       se = sqrt(var(rowMeans(win)) / length(a) + var(colMeans(win)) / length(r)), shift = median(outer(a, r, "-")))
}
van_elteren <- function(name, arm, outcome, stratum) {
  parts <- sapply(split(seq_along(arm), stratum), function(i) {
    r <- rank(outcome[i]); n <- sum(arm[i] == 1); N <- length(i)
    # The permutation variance of a rank sum, from the ranks themselves.
    c(t = (sum(r[arm[i] == 1]) - n * mean(r)) / (N + 1), v = n * (N - n) / (N * (N - 1)) * sum((r - mean(r))^2) / (N + 1)^2)
  })
  z <- sum(parts["t", ]) / sqrt(sum(parts["v", ]))
  list(name = name, data = columns(arm = arm, outcome = outcome, stratum = stratum), strata = max(stratum) + 1,
       statistic = z, p = 2 * pnorm(-abs(z)))
}
q <- quine[quine$Lrn == "AL", ]
set.seed(7)
untied <- round(rnorm(49), 4)
store("wilcoxon", list(
  ranks("ToothGrowth, ties", codes(ToothGrowth$supp), ToothGrowth$len),
  ranks("small, exact", c(0, 0, 0, 0, 1, 1, 1, 1, 1), c(1.5, 2.25, 0.5, 3.125, 9.5, 4.75, 6.5, 2.26, 1.125)),
  ranks("no overlap", c(0, 0, 0, 1, 1), c(1, 2, 3, 4, 5)),
  ranks("49 against 11, exact", c(rep(0:1, 11), rep(0, 38)), c(untied, untied[1:11] + 0.55555)),
  ranks("quine, days absent", codes(q$Eth), q$Days)
))
store("van_elteren", list(
  van_elteren("ToothGrowth by dose", codes(ToothGrowth$supp), ToothGrowth$len, codes(factor(ToothGrowth$dose))),
  van_elteren("quine by age", codes(quine$Eth), quine$Days, codes(quine$Age))
))

# ---- time to event ----
survival_test <- function(name, arm, time, event, stratum = NULL, rho = 0) {
  fit <- if (is.null(stratum)) survdiff(Surv(time, event) ~ arm, rho = rho) else survdiff(Surv(time, event) ~ arm + strata(stratum), rho = rho)
  sum_of <- function(x) if (is.matrix(x)) sum(x[2, ]) else x[2]
  d <- columns(arm = arm, time = time, event = event)
  if (!is.null(stratum)) d$stratum <- I(stratum)
  list(name = name, data = d, strata = if (is.null(stratum)) 1 else max(stratum) + 1, stratified = !is.null(stratum), rho = rho,
       excess = unname(sum_of(fit$obs) - sum_of(fit$exp)), variance = fit$var[2, 2], chi_square = fit$chisq,
       p = pchisq(fit$chisq, 1, lower.tail = FALSE))
}
l <- lung[complete.cases(lung[, c("time", "status", "sex", "age", "ph.ecog", "wt.loss")]), ]
v <- veteran
store("log_rank", list(
  survival_test("lung by sex", l$sex - 1, l$time, l$status - 1),
  survival_test("ovarian", ovarian$rx - 1, ovarian$futime, ovarian$fustat),
  survival_test("veteran by cell type", v$trt - 1, v$time, v$status, codes(v$celltype)),
  survival_test("lung, rho 1", l$sex - 1, l$time, l$status - 1, rho = 1),
  survival_test("lung by sex and performance, rho 0.5", l$sex - 1, l$time, l$status - 1, l$ph.ecog, rho = 0.5),
  survival_test("heavy ties", rep(0:1, 10), c(1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 1, 4, 4, 5, 5, 5, 6, 6, 6, 7), rep(c(1, 1, 0, 1), 5))
))

# ---- regression models ----
regression <- function(name, data, arms, contrasts, covariates = list(), factors = list(), ...) {
  list(name = name, arms = arms, data = data, covariates = lapply(covariates, I), factors = lapply(unname(factors), function(f) I(codes(f))),
       levels = I(as.integer(sapply(factors, nlevels))), contrasts = contrasts, ...)
}
wald <- function(estimate, se) list(estimate = unname(estimate), se = unname(se), statistic = unname(estimate / se),
  p = 2 * pnorm(-abs(unname(estimate / se))), lower = unname(estimate - qnorm(.975) * se), upper = unname(estimate + qnorm(.975) * se))

# Cox
cox <- function(name, formula, data, arm, terms, stratum = NULL, ties = "efron", covariates = list(), factors = list()) {
  fit <- coxph(formula, data, ties = ties, control = coxph.control(eps = 1e-14, toler.chol = 1e-16, iter.max = 100))
  y <- fit$y
  d <- columns(arm = arm, time = y[, 1], event = y[, 2])
  if (!is.null(stratum)) d$stratum <- I(stratum)
  contrasts <- lapply(terms, function(k) wald(coef(fit)[k], sqrt(vcov(fit)[k, k])))
  regression(name, d, length(terms) + 1, contrasts, covariates, factors, strata = if (is.null(stratum)) 1 else max(stratum) + 1,
             stratified = !is.null(stratum), breslow = ties == "breslow")
}
l$ecog <- factor(l$ph.ecog)
store("cox", list(
  cox("lung, sex", Surv(time, status - 1) ~ I(sex - 1), l, l$sex - 1, 1),
  cox("lung, sex, age, weight loss, performance", Surv(time, status - 1) ~ I(sex - 1) + age + wt.loss + ecog, l, l$sex - 1, 1,
      covariates = list(l$age, l$wt.loss), factors = list(l$ecog)),
  cox("the same, Breslow", Surv(time, status - 1) ~ I(sex - 1) + age + wt.loss + ecog, l, l$sex - 1, 1, ties = "breslow",
      covariates = list(l$age, l$wt.loss), factors = list(l$ecog)),
  cox("veteran, stratified by cell type", Surv(time, status) ~ I(trt - 1) + karno + strata(celltype), v, v$trt - 1, 1,
      stratum = codes(v$celltype), covariates = list(v$karno)),
  cox("veteran, four cell types as arms", Surv(time, status) ~ celltype + karno, v, codes(v$celltype), 1:3, covariates = list(v$karno)),
  cox("ovarian, heavy rounding of time", Surv(ceiling(futime / 200), fustat) ~ I(rx - 1) + age, ovarian, ovarian$rx - 1, 1,
      covariates = list(ovarian$age))
))

# Proportional odds: Newton on a gradient by complex steps, which has no truncation error, and polr as a witness.
odds <- function(name, y, X, arm, arms, covariates = list(), factors = list()) {
  y <- as.integer(factor(y)); J <- max(y); q <- ncol(X)
  F <- function(z) 1 / (1 + exp(-z))
  ll <- function(theta) {
    z <- c(-1e4, theta[1:(J - 1)], 1e4); eta <- as.vector(X %*% theta[J:(J + q - 1)])
    upper <- ifelse(y == J, 1 + 0i, F(z[y + 1] - eta)); lower <- ifelse(y == 1, 0i, F(z[y] - eta))
    sum(log(upper - lower))
  }
  gradient <- function(theta) sapply(seq_along(theta), function(k) { t <- as.complex(theta); t[k] <- t[k] + 1e-30i; Im(ll(t)) / 1e-30 })
  hessian <- function(theta, h = 1e-4) {
    # Fourth-order central differences of the exact gradient.
    H <- sapply(seq_along(theta), function(k) { e <- replace(numeric(length(theta)), k, h)
      (8 * (gradient(theta + e) - gradient(theta - e)) - (gradient(theta + 2 * e) - gradient(theta - 2 * e))) / (12 * h) })
    (H + t(H)) / 2
  }
  theta <- c(qlogis(cumsum(table(y))[1:(J - 1)] / length(y)), rep(0, q))
  for (i in 1:30) theta <- theta - solve(hessian(theta), gradient(theta))
  se <- sqrt(diag(solve(-hessian(theta))))
  if (J > 2) {
    witness <- polr(factor(y) ~ X, Hess = TRUE)
    stopifnot(max(abs(coef(witness) - theta[J:(J + q - 1)])) < 1e-3)
  } else {
    witness <- glm(y == 2 ~ X, family = binomial, control = glm.control(epsilon = 1e-14))
    stopifnot(abs(coef(witness)[2] - theta[2]) < 1e-9, abs(sqrt(vcov(witness)[2, 2]) - se[2]) < 1e-8)
  }
  contrasts <- lapply(seq_len(arms - 1), function(k) wald(theta[J - 1 + k], se[J - 1 + k]))
  regression(name, columns(arm = arm, outcome = y), arms, contrasts, covariates, factors)
}
# housing: satisfaction by influence (arms), 1681 rows; every 7th keeps the file small.
h <- housing[rep(seq_len(nrow(housing)), housing$Freq), ][seq(1, sum(housing$Freq), 7), ]
h$Type <- factor(h$Type); h$Infl <- factor(h$Infl)
store("proportional_odds", list(
  odds("housing, satisfaction by influence", h$Sat, model.matrix(~ Infl, h)[, -1], codes(h$Infl), 3),
  odds("housing, adjusted for type and contact", h$Sat, model.matrix(~ Infl + Type + Cont, h)[, -1], codes(h$Infl), 3,
       factors = list(h$Type, h$Cont)),
  odds("veteran, Karnofsky score by treatment, age", v$karno, cbind(v$trt - 1, v$age), v$trt - 1, 2, covariates = list(v$age)),
  odds("infert, logistic", infert$case, cbind(as.integer(infert$induced > 0), infert$spontaneous, infert$age),
       as.integer(infert$induced > 0), 2, covariates = list(infert$spontaneous, infert$age))
))

# Counts
counts <- function(name, y, X, arm, arms, exposure = NULL, covariates = list(), factors = list()) {
  o <- if (is.null(exposure)) rep(0, length(y)) else log(exposure)
  design <- cbind(1, X)
  # glm stops by the deviance, which leaves eight digits; scoring steps go on until nothing moves. Alternates with theta.
  score <- function(b, theta) {
    for (i in 1:40) {
      mu <- exp(drop(design %*% b) + o)
      information <- crossprod(design, design * (mu / (1 + mu / theta)))
      b <- b + solve(information, crossprod(design, (y - mu) / (1 + mu / theta)))
    }
    list(b = drop(b), se = sqrt(diag(solve(information))), mu = exp(drop(design %*% b) + o))
  }
  witness <- suppressWarnings(glm.nb(y ~ X + offset(o)))
  poisson_fit <- score(coef(glm(y ~ X + offset(o), family = poisson)), Inf)
  fit <- list(b = coef(witness)); theta <- witness$theta
  for (i in 1:40) {
    fit <- score(fit$b, theta)
    theta <- as.numeric(suppressWarnings(theta.ml(y, fit$mu, limit = 500, eps = 1e-14)))
  }
  fit <- score(fit$b, theta)
  stopifnot(abs(fit$b - coef(witness)) < 1e-4, abs(theta / witness$theta - 1) < 1e-4)
  d <- columns(arm = arm, outcome = y)
  if (!is.null(exposure)) d$exposure <- I(exposure)
  pick <- function(f) lapply(1 + seq_len(arms - 1), function(k) wald(f$b[k], f$se[k]))
  regression(name, d, arms, pick(fit), covariates, factors, poisson = pick(poisson_fit), dispersion = 1 / theta,
             log_likelihood = sum(dnbinom(y, theta, mu = fit$mu, log = TRUE)),
             poisson_log_likelihood = sum(dpois(y, poisson_fit$mu, log = TRUE)))
}
store("counts", list(
  counts("quine, days absent", quine$Days, model.matrix(~ Eth + Sex + Age + Lrn, quine)[, -1], codes(quine$Eth), 2,
         factors = list(quine$Sex, quine$Age, quine$Lrn)),
  counts("warpbreaks, tension as arms", warpbreaks$breaks, model.matrix(~ tension + wool, warpbreaks)[, -1], codes(warpbreaks$tension), 3,
         factors = list(warpbreaks$wool)),
  counts("epil, seizures with exposure", epil$y[epil$period == 4], cbind(as.integer(epil$trt[epil$period == 4] == "progabide"), epil$lbase[epil$period == 4]),
         as.integer(epil$trt[epil$period == 4] == "progabide"), 2, exposure = rep(c(2, 1.5, 2.25), length.out = 59), covariates = list(epil$lbase[epil$period == 4]))
))

# Win ratio from its definition, by outer products.
wins <- function(name, arm, time, event, score) {
  a <- arm == 1
  verdict <- function(i, j) {
    first <- outer(i, j, Vectorize(function(x, y) {
      outlives <- function(s, t) event[t] == 1 && (time[s] > time[t] || (time[s] == time[t] && event[s] == 0))
      outlives(x, y) - outlives(y, x)
    }))
    second <- outer(i, j, Vectorize(function(x, y) { z <- sign(score[x] - score[y]); if (is.na(z)) 0 else z }))
    ifelse(first != 0, first, second)
  }
  m <- verdict(which(a), which(!a))
  w <- m > 0; s <- m < 0; n1 <- sum(a); n0 <- sum(!a)
  covariance <- cov(cbind(rowMeans(w), rowMeans(s))) / n1 + cov(cbind(colMeans(w), colMeans(s))) / n0
  g <- c(1 / mean(w), -1 / mean(s))
  everybody <- verdict(seq_along(arm), seq_along(arm)); u <- rowSums(everybody); N <- length(arm)
  list(name = name, data = columns(arm = arm, time = time, event = event, outcome = score), wins = sum(w), losses = sum(s),
       ratio = wald(log(sum(w) / sum(s)), sqrt(drop(t(g) %*% covariance %*% g))),
       net = wald(mean(w) - mean(s), sqrt(drop(t(c(1, -1)) %*% covariance %*% c(1, -1)))),
       fs = sum(u[a]) / sqrt(n1 * n0 / (N * (N - 1)) * sum(u^2)))
}
short <- l[1:60, ]
store("win_ratio", list(
  wins("lung, death then Karnofsky score", short$sex - 1, short$time, short$status - 1, short$pat.karno),
  wins("ovarian, death then performance", ovarian$rx - 1, ovarian$futime, ovarian$fustat, -ovarian$ecog.ps)
))
