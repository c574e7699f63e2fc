# Gray's test, cumulative incidences and their errors where another event competes: Rscript competing.R, in this folder.
# Needs R with survival and cmprsk. The score and its information are recomputed here from survfit's counts; its variance
# is what cuminc's statistic leaves, so that both are checked. Incidences and errors are those that survfit prints for
# several states (infinitesimal jackknife, which for one patient a row is the delta method's).
suppressMessages({library(survival); library(cmprsk)})
made_with <- paste0(R.version.string, ", survival ", packageVersion("survival"), ", cmprsk ", packageVersion("cmprsk"))

# status: 1 the event, 2 another, 0 censored. Of one stratum: the excess of events of arm 1, and the information.
one_stratum <- function(arm, time, status) {
  before <- function(group, t) {  # at risk, without any event, and the incidence of the first, just before t
    here <- arm == group
    at <- sort(unique(time[here & time < t]))
    s <- 1; f <- 0
    for (u in at) {
      y <- sum(here & time >= u)
      d1 <- sum(here & time == u & status == 1); d <- sum(here & time == u & status > 0)
      f <- f + s * d1 / y; s <- s * (1 - d / y)
    }
    c(sum(here & time >= t), s, f)
  }
  excess <- information <- 0
  for (t in sort(unique(time[status == 1]))) {
    r <- sapply(0:1, function(g) { b <- before(g, t); if (b[1] == 0) 0 else b[1] * (1 - b[3]) / b[2] })
    d <- sapply(0:1, function(g) sum(arm == g & time == t & status == 1))
    share <- r[2] / sum(r)
    excess <- excess + d[2] - sum(d) * share
    information <- information + sum(d) * share * (1 - share)
  }
  c(excess, information)
}
gray <- function(arm, time, status, stratum) {
  sums <- rowSums(sapply(unique(stratum), function(s) one_stratum(arm[stratum == s], time[stratum == s], status[stratum == s])))
  test <- cuminc(time, status, arm, stratum, cencode = 0)$Tests["1", ]
  se <- abs(sums[1]) / sqrt(test[["stat"]]) / sums[2]  # of the excess over the information
  list(estimate = sums[1] / sums[2], se = se, statistic = sign(sums[1]) * sqrt(test[["stat"]]), p = test[["pv"]])
}
incidence <- function(arm, time, status, until) {
  at <- sapply(0:1, function(a) {
    fit <- summary(survfit(Surv(time, factor(status, 0:2)) ~ 1, subset = arm == a, data = data.frame(arm, time, status)), times = until)
    k <- which(fit$states == "1")
    c(fit$pstate[1, k], fit$std.err[1, k])
  })
  list(until = until, incidence = at[1, ], se = at[2, ])
}
test_case <- function(name, arm, time, status, until, stratum = rep(0, length(arm))) {
  strata <- length(unique(stratum))
  data <- list(arm = arm, time = time, status = status)
  if (strata > 1) data$stratum <- stratum
  list(name = name, data = data, strata = strata, gray = gray(arm, time, status, stratum),
       incidence = lapply(until, function(u) incidence(arm, time, status, u)))
}
m <- mgus2[1:300, ]
progress <- ifelse(m$pstat == 1, m$ptime, m$futime)
status <- ifelse(m$pstat == 1, 1, ifelse(m$death == 1, 2, 0))
v <- veteran
drawn <- function(n) { set.seed(7); list(arm = rep(0:1, n / 2), time = round(rexp(n, 0.2), 1) + 0.1, status = sample(0:2, n, TRUE, c(0.25, 0.4, 0.35))) }
few <- drawn(40)
cases <- list(
  test_case("progression of mgus2 by sex", as.integer(m$sex == "F"), progress, status, c(60, 240)),
  test_case("mgus2 by sex within age groups", as.integer(m$sex == "F"), progress, status, 120, as.integer(m$age > 70)),
  test_case("decimals and ties", few$arm, few$time, few$status, c(2, 5)),
  test_case("heavy ties", rep(0:1, 12), rep(c(1, 2, 2, 3, 3, 4), 4), rep(c(1, 2, 1, 0, 1, 2, 2, 1), 3), c(2, 3)),
  test_case("two to one, no censoring", c(0, 0, 0, 0, 0, 0, 1, 1, 1), c(1, 2, 3, 4, 5, 6, 2.5, 3, 7), c(1, 2, 1, 1, 2, 2, 2, 1, 2), c(3, 5.5)),
  test_case("nothing competes", v$trt - 1, v$time, v$status, c(90, 300))
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
writeLines(paste0('{"made_with":"', made_with, '","cases":[\n', paste(sapply(cases, json), collapse = ",\n"), "]}"), "competing.json")
