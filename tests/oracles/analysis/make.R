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
