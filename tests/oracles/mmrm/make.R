# Numbers that engine/analysis/mmrm must reproduce, written with 17 digits.
#
#   Rscript make.R            (R 4.2, nlme, lme4, lmerTest, pbkrtest, numDeriv: Debian packages r-cran-*)
#
# Everything is computed from the definitions: dense matrices patient by patient, theta by nlminb and then Newton steps with
# Richardson-extrapolated differences, every derivative by numDeriv. Where nlme::gls, lmerTest or pbkrtest fit the same model
# the script stops when they disagree with it.
#
# Data sets: Orthodont (Potthoff & Roy 1964) and BodyWeight (Crowder & Hand 1990) as in nlme; the others are simulated here with
# fixed seeds.
suppressMessages(library(nlme))
options(digits = 17)
arguments <- commandArgs(FALSE)
here <- dirname(sub("--file=", "", arguments[grep("--file=", arguments)]))
setwd(here)

# Differences with steps of the same absolute size, all parameters being of order one. The step trades rounding for truncation:
# with correlations near one (bodyweight) rounding asks for a longer one, and what is left is seen in the sixth digit of the
# degrees of freedom under ar1: 13.94134 with a step of 0.3, 13.94128 with 0.5.
steps <- list(d = 0.1, r = 6)
grad <- function(f, x) numDeriv::grad(function(z) f(x + z - 1), rep(1, length(x)), method.args = steps)
hessian <- function(f, x) numDeriv::hessian(function(z) f(x + z - 1), rep(1, length(x)), method.args = steps)
jacobian <- function(f, x) numDeriv::jacobian(function(z) f(x + z - 1), rep(1, length(x)), method.args = steps)

write_wide <- function(name, patient_columns, y) {
  colnames(y) <- paste0("y", seq_len(ncol(y)))
  d <- cbind(patient_columns, as.data.frame(lapply(as.data.frame(y), function(v) ifelse(is.na(v), "NA", sprintf("%.17g", v)))))
  write.csv(d, paste0(name, ".csv"), row.names = FALSE, quote = FALSE)
}
read_wide <- function(name) {
  d <- read.csv(paste0(name, ".csv"))
  list(patients = d[, !grepl("^y[0-9]+$", names(d)), drop = FALSE], y = as.matrix(d[, grepl("^y[0-9]+$", names(d))]))
}

# --- data -------------------------------------------------------------------------------------------------------------
long <- as.data.frame(Orthodont)
ids <- unique(as.character(long$Subject))
write_wide("orthodont", data.frame(arm = sapply(ids, function(i) as.integer(long$Sex[long$Subject == i][1] == "Female"))),
           t(sapply(ids, function(i) long$distance[long$Subject == i][order(long$age[long$Subject == i])])))
long <- as.data.frame(BodyWeight)
ids <- unique(as.character(long$Rat))
write_wide("bodyweight", data.frame(arm = sapply(ids, function(i) as.integer(long$Diet[long$Rat == i][1]) - 1L)),
           t(sapply(ids, function(i) long$weight[long$Rat == i][order(long$Time[long$Rat == i])])))

set.seed(20260101)
n <- 90
base <- rnorm(n, 50, 10); arm <- rep(0:1, length.out = n)
root <- chol(10^2 * outer(1:4, 1:4, function(i, j) 0.7^abs(i - j)) * outer(1 + 0.15 * 1:4, 1 + 0.15 * 1:4))
y <- outer(0.5 * base, rep(1, 4)) + outer(arm, c(0, 1, 3, 5)) + matrix(rnorm(n * 4), n) %*% root
for (i in 1:n) for (t in 2:4) if (is.na(y[i, t - 1]) || runif(1) < plogis(-2.5 + 0.03 * (y[i, t - 1] - 25))) y[i, t] <- NA
write_wide("monotone", data.frame(arm = arm, base = sprintf("%.17g", base)), y)

n <- 120
base <- rnorm(n); arm <- sample(0:2, n, TRUE); sex <- rbinom(n, 1, 0.5); site <- sample(0:2, n, TRUE)
root <- chol(outer(1:5, 1:5, function(i, j) 0.4 + 0.5 * 0.6^abs(i - j) + 0.1 * (i == j)) * outer(c(1, 1.3, 1.1, 1.6, 2), c(1, 1.3, 1.1, 1.6, 2)))
y <- outer(0.6 * base + 0.3 * sex - 0.2 * site, rep(1, 5)) + outer(arm, c(0, .2, .3, .4, .5)) + matrix(rnorm(n * 5), n) %*% root
y[matrix(runif(n * 5), n) < 0.2] <- NA
y[7, ] <- NA
write_wide("intermittent", data.frame(arm = arm, base = sprintf("%.17g", base), sex = sex, site = site), y)

# Random intercept and slope over ten visits with little noise: a nearly singular covariance, few patients.
n <- 36
arm <- rep(0:1, length.out = n)
y <- outer(rnorm(n, 0, 3), rep(1, 10)) + outer(rnorm(n, 0.2, 0.5) + 0.2 * arm, 1:10) + matrix(rnorm(n * 10, 0, 0.1), n)
for (i in 1:n) for (t in 2:10) if (is.na(y[i, t - 1]) || runif(1) < 0.01) y[i, t] <- NA
write_wide("slopes", data.frame(arm = arm), y)

# --- the model, from its definition ---------------------------------------------------------------------------------------
sigma_of <- function(structure, theta, m) {
  if (structure == "us") {
    l <- diag(m); k <- m
    for (i in seq_len(m)[-1]) for (j in 1:(i - 1)) { k <- k + 1; l[i, j] <- theta[k] }
    l <- diag(exp(theta[1:m]), m) %*% l
    return(l %*% t(l))
  }
  het <- grepl("h$", structure)
  scale <- if (het) exp(theta[1:m]) else rep(exp(theta[1]), m)
  rest <- theta[-(if (het) 1:m else 1)]
  lag <- abs(outer(1:m, 1:m, "-"))
  f <- function(x) x / sqrt(1 + x^2)
  kind <- sub("h$", "", structure)
  r <- switch(kind,
    cs = { a <- 1 / (m - 1); rho <- plogis(rest) * (1 + a) - a; ifelse(lag == 0, 1, rho) },
    ar1 = f(rest)^lag,
    toep = matrix(c(1, f(rest))[lag + 1], m))
  outer(scale, scale) * r
}
count_of <- function(structure, m) switch(structure, us = m * (m + 1) / 2, cs = 2, ar1 = 2, toep = m, csh = m + 1, ar1h = m + 1, toeph = 2 * m - 1)

build <- function(data, by_visit, main) {
  m <- ncol(data$y); arms <- max(data$patients$arm) + 1
  x_of <- function(i) {
    own <- data$patients[i, , drop = FALSE]
    blocks <- c(list(diag(m)), lapply(seq_len(arms - 1), function(a) diag(m) * (own$arm == a)),
                lapply(by_visit, function(v) diag(m) * own[[v]]))
    cols <- c()
    for (v in main) {
      values <- if (v %in% c("sex", "site")) as.numeric(own[[v]] == seq_len(max(data$patients[[v]]))) else own[[v]]
      cols <- cbind(cols, matrix(values, m, length(values), byrow = TRUE))
    }
    cbind(do.call(cbind, blocks), cols)
  }
  keep <- which(rowSums(!is.na(data$y)) > 0)
  lapply(keep, function(i) { o <- which(!is.na(data$y[i, ])); list(x = x_of(i)[o, , drop = FALSE], y = data$y[i, o], o = o, g = data$patients$arm[i] + 1) })
}

stack <- function(patients, groups) {
  key <- sapply(patients, function(s) paste(c(if (groups > 1) s$g else 1, s$o), collapse = " "))
  lapply(split(patients, key), function(same) {
    o <- same[[1]]$o; p <- ncol(same[[1]]$x); x <- array(0, c(length(o), length(same), p))
    for (i in seq_along(same)) x[, i, ] <- same[[i]]$x
    list(o = o, g = if (groups > 1) same[[1]]$g else 1, n = length(same), p = p, x = matrix(x, length(o)),
         y = matrix(sapply(same, `[[`, "y"), length(o)))
  })
}

split_theta <- function(theta, groups) matrix(theta, ncol = groups)
pieces <- function(problem, theta) {
  th <- split_theta(theta, problem$groups)
  sig <- lapply(seq_len(problem$groups), function(g) sigma_of(problem$structure, th[, g], problem$m))
  a <- 0; b <- 0; yy <- 0; ld <- 0; n <- 0
  for (s in problem$stacks) {  # patients with the same visits, side by side
    u <- chol(sig[[s$g]][s$o, s$o, drop = FALSE])
    wx <- matrix(backsolve(u, s$x, transpose = TRUE), ncol = s$p); wy <- as.vector(backsolve(u, s$y, transpose = TRUE))
    a <- a + crossprod(wx); b <- b + crossprod(wx, wy); yy <- yy + sum(wy^2); ld <- ld + 2 * s$n * sum(log(diag(u))); n <- n + length(wy)
  }
  phi <- chol2inv(chol(a)); beta <- phi %*% b
  list(m2ll = as.numeric((n - ncol(a)) * log(2 * pi) + ld + as.numeric(determinant(a)$modulus) + yy - crossprod(b, beta)),
       phi = phi, beta = as.vector(beta), sigma = sig, n = n)
}
objective <- function(problem) function(theta) tryCatch(pieces(problem, theta)$m2ll, error = function(e) 1e10)

fit <- function(problem, start) {
  f <- objective(problem)
  theta <- nlminb(start, f, control = list(rel.tol = 1e-14, iter.max = 2000, eval.max = 20000))$par
  for (round in 1:3) {
    h <- hessian(f, theta)
    for (i in 1:6) {
      g <- grad(f, theta); step <- solve(h, g)
      while (sum(g * step) > 1e-8 && f(theta - step) > f(theta)) step <- step / 2
      theta <- theta - step
      if (sqrt(abs(sum(g * step))) < 1e-8) break
    }
    if (sqrt(abs(sum(g * step))) < 2e-7) break
  }
  g <- grad(f, theta); h <- hessian(f, theta)
  if (!isTRUE(sqrt(abs(sum(g * solve(h, g)))) < 1e-6)) stop("no maximum: ", sqrt(abs(sum(g * solve(h, g)))))
  list(theta = theta, h = h, at = pieces(problem, theta))
}

inference <- function(problem, found) {
  k <- length(found$theta); p <- length(found$at$beta); m <- problem$m; groups <- problem$groups; phi <- found$at$phi
  slopes <- array(jacobian(function(th) as.vector(pieces(problem, th)$phi), found$theta), c(p, p, k))
  all_sigma <- function(th) unlist(lapply(seq_len(groups), function(g) as.vector(sigma_of(problem$structure, split_theta(th, groups)[, g], m))))
  d1 <- array(jacobian(all_sigma, found$theta), c(m, m, groups, k))
  second <- function(fun, at) { e <- length(fun(at)); array(t(sapply(seq_len(e), function(i) hessian(function(z) fun(z)[i], at))), c(m, m, groups, length(at), length(at))) }
  d2 <- second(all_sigma, found$theta)
  solve_sigma <- function(s) { g <- if (groups > 1) s$g else 1; list(g = g, v = found$at$sigma[[g]][s$o, s$o, drop = FALSE]) }
  P <- array(0, c(p, p, k)); Q <- array(0, c(p, p, k, k)); R <- array(0, c(p, p, k, k)); trace <- matrix(0, k, k); cross <- matrix(0, k, k)
  for (s in problem$patients) {
    cur <- solve_sigma(s); w <- solve(cur$v); wx <- w %*% s$x
    dv <- lapply(1:k, function(h) matrix(d1[s$o, s$o, cur$g, h], length(s$o)))
    for (h in 1:k) P[, , h] <- P[, , h] - t(wx) %*% dv[[h]] %*% wx
    for (h in 1:k) for (j in 1:k) {
      Q[, , h, j] <- Q[, , h, j] + t(wx) %*% dv[[h]] %*% w %*% dv[[j]] %*% wx
      R[, , h, j] <- R[, , h, j] + t(wx) %*% matrix(d2[s$o, s$o, cur$g, h, j], length(s$o)) %*% wx
      trace[h, j] <- trace[h, j] + sum(diag(w %*% dv[[h]] %*% w %*% dv[[j]]))
    }
  }
  expected <- matrix(0, k, k)
  for (h in 1:k) for (j in 1:k) expected[h, j] <- 0.5 * (trace[h, j] - 2 * sum(diag(phi %*% Q[, , h, j])) + sum(diag(phi %*% P[, , h] %*% phi %*% P[, , j])))
  adjusted <- function(w, r) {
    s <- 0
    for (h in 1:k) for (j in 1:k) s <- s + w[h, j] * (Q[, , h, j] - P[, , h] %*% phi %*% P[, , j] - r * R[, , h, j] / 4)
    phi + 2 * phi %*% s %*% phi
  }
  w <- solve(found$h / 2)
  # SAS differentiates by variances and correlations: theta = (log s, f(r)) becomes (s^2, r), all one to one.
  entries <- NULL
  kind <- sub("h$", "", problem$structure)
  if (problem$structure %in% c("csh", "ar1", "ar1h", "toeph") && groups == 1) {
    scales <- if (grepl("h$", problem$structure)) m else 1
    a <- 1 / (m - 1)
    to <- function(th) { r <- th[-(1:scales)]; c(exp(2 * th[1:scales]), if (kind == "cs") plogis(r) * (1 + a) - a else r / sqrt(1 + r^2)) }
    back <- function(v) { r <- v[-(1:scales)]; c(log(v[1:scales]) / 2, if (kind == "cs") qlogis((r + a) / (1 + a)) else r / sqrt(1 - r^2)) }
    v <- to(found$theta); stopifnot(max(abs(back(v) - found$theta)) < 1e-10)
    jac <- jacobian(to, found$theta); wv <- jac %*% w %*% t(jac)
    size <- c(v[1:scales], (1 - abs(v[-(1:scales)])))  # steps relative to what is left of the range
    d2v <- second(function(z) all_sigma(back(v + size * z)), rep(0, k))
    for (h in 1:k) for (j in 1:k) d2v[, , , h, j] <- d2v[, , , h, j] / (size[h] * size[j])
    Rv <- 0
    for (s in problem$patients) { wx <- solve(solve_sigma(s)$v, s$x); total <- 0
      for (h in 1:k) for (j in 1:k) total <- total + wv[h, j] * matrix(d2v[s$o, s$o, 1, h, j], length(s$o))
      Rv <- Rv + t(wx) %*% total %*% wx }
    entries <- adjusted(w, 0) - 0.5 * phi %*% Rv %*% phi
  }
  list(w = w, slopes = slopes, kr = adjusted(w, 1), linear = adjusted(w, 0), entries = entries,
       expected = solve(expected), kr_expected = adjusted(solve(expected), 0))
}

out <- list()
put <- function(case, quantity, i, j, value) out[[length(out) + 1]] <<- sprintf("%s,%s,%d,%d,%.17g", case, quantity, i, j, value)

run <- function(case, data_name, structure, by_visit = c(), main = c(), per_arm = FALSE) {
  data <- read_wide(data_name); m <- ncol(data$y); arms <- max(data$patients$arm) + 1
  problem <- list(structure = structure, m = m, groups = if (per_arm) arms else 1, patients = build(data, by_visit, main))
  problem$stacks <- stack(problem$patients, problem$groups)
  x <- do.call(rbind, lapply(problem$patients, `[[`, "x")); y <- unlist(lapply(problem$patients, `[[`, "y"))
  res <- lm.fit(x, y)$residuals; vis <- unlist(lapply(problem$patients, `[[`, "o"))
  scale <- log(tapply(res, vis, sd))
  k <- count_of(structure, m); het <- structure == "us" || grepl("h$", structure)
  one <- c(if (het) scale else mean(scale), rep(0.3, k - if (het) m else 1))
  if (sub("h$", "", structure) == "toep") one[(if (het) m else 1) + seq_len(m - 1)] <- 0.5^(1:(m - 1))
  start <- rep(one, problem$groups)
  if (structure == "us") {
    wide <- matrix(NA, length(problem$patients), m); at <- 0
    for (i in seq_along(problem$patients)) { o <- problem$patients[[i]]$o; wide[i, o] <- res[at + seq_along(o)]; at <- at + length(o) }
    group <- if (per_arm) sapply(problem$patients, `[[`, "g") else rep(1, nrow(wide))
    start <- unlist(lapply(seq_len(problem$groups), function(g) {
      l <- t(chol(cov(wide[group == g, ], use = "pairwise")))
      c(log(diag(l)), unlist(lapply(seq_len(m)[-1], function(i) l[i, 1:(i - 1)] / l[i, i])))
    }))
  }
  found <- fit(problem, start)
  cat(case, structure, "-2 log L", found$at$m2ll, "\n")
  put(case, "m2ll", 0, 0, found$at$m2ll)
  for (i in seq_along(found$at$beta)) put(case, "beta", i - 1, 0, found$at$beta[i])
  for (i in seq_along(found$theta)) put(case, "theta", i - 1, 0, found$theta[i])
  for (g in seq_len(problem$groups)) for (t in 1:m) for (u in 1:t) put(case, paste0("sigma", g - 1), t - 1, u - 1, found$at$sigma[[g]][t, u])
  inf <- inference(problem, found)
  for (a in seq_len(arms - 1)) for (t in 1:m) {
    l <- rep(0, ncol(x)); l[a * m + t] <- 1
    v <- sum(l * (found$at$phi %*% l)); g <- apply(inf$slopes, 3, function(s) sum(l * (s %*% l)))
    put(case, "estimate", t - 1, a, sum(l * found$at$beta)); put(case, "se", t - 1, a, sqrt(v))
    put(case, "df", t - 1, a, 2 * v^2 / sum(g * (inf$w %*% g)))
    put(case, "se_kr", t - 1, a, sqrt(sum(l * (inf$kr %*% l)))); put(case, "se_linear", t - 1, a, sqrt(sum(l * (inf$linear %*% l))))
    if (!is.null(inf$entries)) put(case, "se_entries", t - 1, a, sqrt(sum(l * (inf$entries %*% l))))
    put(case, "df_expected", t - 1, a, 2 * v^2 / sum(g * (inf$expected %*% g)))
    put(case, "se_expected", t - 1, a, sqrt(sum(l * (inf$kr_expected %*% l))))
  }
  writeLines(c("case,quantity,i,j,value", unlist(out)), "expected.csv")
  invisible(list(problem = problem, found = found, inf = inf, data = data))
}

# --- other people's programs ------------------------------------------------------------------------------------------------
as_long <- function(data) { m <- ncol(data$y); n <- nrow(data$y)
  d <- data.frame(id = factor(rep(1:n, m)), t = rep(1:m, each = n), visit = factor(rep(1:m, each = n)), y = as.vector(data$y))
  d <- cbind(d, data$patients[rep(1:n, m), , drop = FALSE]); d$arm <- factor(d$arm); if (!is.null(d$sex)) d$sex <- factor(d$sex)
  if (!is.null(d$site)) d$site <- factor(d$site); d <- d[!is.na(d$y), ]; d[order(d$id, d$t), ] }
agree <- function(a, b, tolerance, what) { worst <- max(abs(a - b) / pmax(abs(b), 1e-3)); cat("  agrees with", what, "to", worst, "\n"); stopifnot(worst < tolerance) }
tight <- glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 2000, opt = "nlminb")
check_gls <- function(r, form, correlation, weights = NULL, tolerance = 1e-6) {
  g <- gls(form, as_long(r$data), correlation = correlation, weights = weights, method = "REML", control = tight)
  # nlme's restricted likelihood has the same constant and determinant.
  agree(-2 * as.numeric(logLik(g)), r$found$at$m2ll, tolerance, "nlme::gls")
}
check_lmer <- function(r, form) {
  suppressMessages({library(lmerTest); library(pbkrtest)})
  d <- as_long(r$data)
  l <- lmer(form, d, REML = TRUE, control = lme4::lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5)))
  agree(-2 * as.numeric(logLik(l)), r$found$at$m2ll, 1e-9, "lme4")
  m <- ncol(r$data$y); beta <- fixef(l); p <- length(beta)
  last <- as.numeric(names(beta) == "arm1") + as.numeric(names(beta) == paste0("visit", m, ":arm1"))
  mine <- rep(0, length(r$found$at$beta)); mine[2 * m] <- 1
  v <- sum(mine * (r$found$at$phi %*% mine)); g <- apply(r$inf$slopes, 3, function(s) sum(mine * (s %*% mine)))
  s <- contest1D(l, last, ddf = "Satterthwaite"); kr <- contest1D(l, last, ddf = "Kenward-Roger")
  agree(sum(mine * r$found$at$beta), s[["Estimate"]], 1e-6, "lmerTest estimate")
  agree(2 * v^2 / sum(g * (r$inf$w %*% g)), s[["df"]], 1e-4, "lmerTest Satterthwaite")
  agree(2 * v^2 / sum(g * (r$inf$expected %*% g)), kr[["df"]], 1e-4, "pbkrtest df")
  agree(sqrt(sum(mine * (r$inf$kr_expected %*% mine))), kr[["Std. Error"]], 1e-5, "pbkrtest standard error")
}

ortho <- y ~ visit * arm
for (s in c("us", "toeph", "ar1h", "csh", "toep", "ar1", "cs")) {
  r <- run(paste0("orthodont_", s), "orthodont", s)
  if (s == "us") check_gls(r, ortho, corSymm(form = ~ t | id), varIdent(form = ~ 1 | visit))
  if (s == "csh") check_gls(r, ortho, corCompSymm(form = ~ t | id), varIdent(form = ~ 1 | visit))
  if (s == "cs") { check_gls(r, ortho, corCompSymm(form = ~ t | id)); check_lmer(r, y ~ visit * arm + (1 | id)) }
  if (s == "ar1") check_gls(r, ortho, corAR1(form = ~ t | id))
  if (s == "ar1h") check_gls(r, ortho, corAR1(form = ~ t | id), varIdent(form = ~ 1 | visit))
}
run("orthodont_cs_by_arm", "orthodont", "cs", per_arm = TRUE)
steps$d <- 0.3
for (s in c("ar1", "cs")) {
  r <- run(paste0("bodyweight_", s), "bodyweight", s)
  if (s == "cs") check_lmer(r, y ~ visit * arm + (1 | id))
  if (s == "ar1") check_gls(r, ortho, corAR1(form = ~ t | id))
}
steps$d <- 0.1
mono <- y ~ visit * arm + visit:base
for (s in c("us", "csh", "ar1")) {
  r <- run(paste0("monotone_", s), "monotone", s, by_visit = "base")
  if (s == "us") check_gls(r, mono, corSymm(form = ~ t | id), varIdent(form = ~ 1 | visit))
  if (s == "ar1") check_gls(r, mono, corAR1(form = ~ t | id))
}
r <- run("monotone_main_us", "monotone", "us", main = "base")
check_gls(r, y ~ visit * arm + base, corSymm(form = ~ t | id), varIdent(form = ~ 1 | visit))
inter <- y ~ visit * arm + base + sex + site
for (s in c("us", "toeph", "cs", "ar1h")) {
  r <- run(paste0("intermittent_", s), "intermittent", s, main = c("base", "sex", "site"))
  if (s == "us") check_gls(r, inter, corSymm(form = ~ t | id), varIdent(form = ~ 1 | visit))
  if (s == "cs") { check_gls(r, inter, corCompSymm(form = ~ t | id)); check_lmer(r, y ~ visit * arm + base + sex + site + (1 | id)) }
  if (s == "ar1h") check_gls(r, inter, corAR1(form = ~ t | id), varIdent(form = ~ 1 | visit))
}
