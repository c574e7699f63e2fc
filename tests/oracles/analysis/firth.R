# Firth's penalised likelihood, for the tests of engine/analysis/penalised: Rscript firth.R, in this folder. Needs R with
# survival and jsonlite. Nothing of the program is in it: likelihood and information are those of R's dbinom and coxph, or
# written from the definition; the maximum is looked for without derivatives of the penalty, and the result is held to
# what logistf and coxphf print.
suppressMessages({library(jsonlite); library(survival)})
made_with <- paste0(R.version.string, ", survival ", packageVersion("survival"))

# Maximises `value`, with one coefficient held where asked.
maximum <- function(value, start, hold = NULL, at = NULL) {
  free <- setdiff(seq_along(start), hold)
  if (length(free) == 0) return(list(theta = at, value = value(at)))
  theta <- start
  if (!is.null(hold)) theta[hold] <- at
  f <- function(b) { theta[free] <- b; v <- value(theta); if (is.finite(v)) -v else 1e10 }
  b <- theta[free]
  for (i in 1:5) b <- nlminb(b, f, control = list(rel.tol = 1e-15, x.tol = 1e-13, eval.max = 5000, iter.max = 5000))$par
  theta[free] <- b
  list(theta = theta, value = value(theta))
}
# Newton steps by differences of fourth order leave ten digits, where the search alone leaves five.
polished <- function(value, theta, h) {
  n <- length(theta)
  gradient <- function(b) sapply(seq_len(n), function(k) { e <- replace(numeric(n), k, h[k])
    (8 * (value(b + e) - value(b - e)) - (value(b + 2 * e) - value(b - 2 * e))) / (12 * h[k]) })
  for (i in 1:3) {
    g <- gradient(theta)
    H <- sapply(seq_len(n), function(k) { e <- replace(numeric(n), k, h[k]); (gradient(theta + e) - gradient(theta - e)) / (2 * h[k]) })
    theta <- theta - solve((H + t(H)) / 2, g)
  }
  list(theta = theta, value = value(theta))
}
profile_of <- function(value, variance, start, k, null = 0.5) {
  best <- maximum(value, start)
  best <- polished(value, best$theta, sqrt(diag(variance(best$theta))) / 100)
  z <- function(b) sign(best$theta[k] - b) * sqrt(max(0, 2 * (best$value - maximum(value, best$theta, k, b)$value)))
  se <- sqrt(variance(best$theta)[k, k])
  limit <- function(side) {
    f <- function(b) z(best$theta[k] + side * b) + side * qnorm(0.975)
    best$theta[k] + side * uniroot(f, c(0.1, 6) * se, extendInt = "yes", tol = 1e-11)$root
  }
  statistic <- z(0)
  list(estimate = best$theta[k], se = se, statistic = statistic, p = 2 * pnorm(-abs(statistic)), lower = limit(-1),
       upper = limit(1), null = null, at_null = z(null))
}
half_log_det <- function(m) { d <- determinant(m); if (d$sign > 0) as.numeric(d$modulus) / 2 else -Inf }

# Yes or no, or ordered categories: the expected information is the sum over what might be observed.
categorical <- function(y, X) {
  J <- max(y); q <- ncol(X)
  shares <- function(theta) {
    cuts <- c(-Inf, theta[seq_len(J - 1)], Inf); eta <- drop(X %*% theta[J - 1 + seq_len(q)])
    sapply(seq_len(J), function(c) plogis(cuts[c + 1] - eta) - plogis(cuts[c] - eta))
  }
  slopes <- function(theta) {  # of the shares, [patient, category, coefficient]
    cuts <- c(-Inf, theta[seq_len(J - 1)], Inf); eta <- drop(X %*% theta[J - 1 + seq_len(q)])
    d <- array(0, c(length(y), J, J - 1 + q))
    for (c in seq_len(J)) {
      above <- dlogis(cuts[c + 1] - eta); below <- dlogis(cuts[c] - eta)
      if (c < J) d[, c, c] <- above
      if (c > 1) d[, c, c - 1] <- -below
      for (j in seq_len(q)) d[, c, J - 1 + j] <- -(above - below) * X[, j]
    }
    d
  }
  information <- function(theta) {
    p <- shares(theta); d <- slopes(theta)
    Reduce(`+`, lapply(seq_len(J), function(c) crossprod(d[, c, ] / sqrt(p[, c]))))
  }
  value <- function(theta) {
    if (is.unsorted(theta[seq_len(J - 1)])) return(-Inf)
    sum(log(shares(theta)[cbind(seq_along(y), y)])) + half_log_det(information(theta))
  }
  profile_of(value, function(theta) solve(information(theta)), c(qlogis(cumsum(table(y))[seq_len(J - 1)] / length(y)), rep(0, q)), J)
}
proportional_hazards <- function(time, event, X, stratum = rep(0, length(time))) {
  at <- function(beta) suppressWarnings(coxph(Surv(time, event) ~ X + strata(stratum), init = beta,
                                              control = coxph.control(iter.max = 0)))
  value <- function(beta) { if (max(abs(beta)) > 30) return(-Inf); fit <- at(beta); tail(fit$loglik, 1) - half_log_det(as.matrix(fit$var)) }
  profile_of(value, function(beta) as.matrix(at(beta)$var), rep(0, ncol(X)), 1)
}
case <- function(name, model, data, contrast, covariates = list(), printed = NULL, ...) {
  for (key in names(printed)) stopifnot(abs(contrast[[key]] / printed[[key]] - 1) < 1e-5)
  list(name = name, model = model, data = lapply(data, I), covariates = lapply(covariates, I), printed = printed,
       contrasts = list(contrast), ...)
}

# Heinze & Schemper, Statistics in Medicine 21 (2002) 2409; the printed values are those of R's logistf.
e <- read.csv("endometrial.csv")
# Made (numpy 1.24, default_rng(42)); all events lie in one arm; no ties. The printed values are those of R's coxphf.
m <- read.csv("monotone.csv")
zero <- list(arm = rep(0:1, c(14, 11)), outcome = c(rep(0:1, c(9, 5)), rep(0, 11)))
ordered <- list(arm = rep(0:1, each = 12), outcome = c(1, 1, 1, 1, 2, 2, 1, 2, 1, 2, 3, 2, rep(3, 12)),
                x = round(sin(1:24) * 2, 2))
tied <- list(arm = rep(0:1, 15), time = rep(c(1, 2, 2, 3, 3, 3, 4, 5, 5, 6), 3), event = rep(c(1, 0, 1, 0, 0, 0), 5),
             stratum = rep(0:1, c(12, 18)), x = round(cos(1:30), 2))
cases <- list(
  case("endometrial cancer, neovasculation", "odds", list(arm = e$NV, outcome = e$HG),
       categorical(e$HG + 1, cbind(e$NV, e$PI, e$EH)), list(e$PI, e$EH),
       list(estimate = 2.92927330, lower = 0.6097244, upper = 7.85463171)),
  case("a zero cell", "odds", zero, categorical(zero$outcome + 1, cbind(zero$arm)),
       printed = list(estimate = log(0.5 * 9.5 / (11.5 * 5.5)))),  # a half in each cell
  case("three categories, one arm in the last", "odds", ordered[1:2], categorical(ordered$outcome, cbind(ordered$arm, ordered$x)),
       list(ordered$x)),
  case("monotone likelihood", "cox", list(arm = m$arm, time = m$time, event = m$event),
       proportional_hazards(m$time, m$event, cbind(m$arm, m$x1, m$x2, m$x3)), list(m$x1, m$x2, m$x3),
       list(estimate = 3.8815800583, se = 1.4430190269, p = 7.318984974e-09, lower = 1.9343469272, upper = 8.7215676015)),
  case("two patients", "cox", list(arm = 0:1, time = 2:1, event = 1:0 == 0),
       proportional_hazards(2:1, c(0, 1), cbind(0:1)), printed = list(estimate = log(3))),  # Heinze & Schemper 2001
  case("ties and strata, no event in one arm", "cox", tied[1:4],
       proportional_hazards(tied$time, tied$event, cbind(tied$arm, tied$x), tied$stratum), list(tied$x), strata = 2)
)
cases[[5]]$data$event <- I(c(0, 1))
text <- toJSON(list(made_with = made_with, cases = cases), auto_unbox = TRUE, digits = NA, na = "null")
writeLines(gsub('{"name"', '\n{"name"', text, fixed = TRUE), "firth.json")
