# The gain of control arms above growth, net of rehabilitation: mean and SD between trials, for the parameter trial.drift of the evidence.
# Rscript trial_drift.R, in this folder; docs/evidence.md says what is made of it, tests/e2e/drift_test.py derives it a second time.
#
# trial_drift.tsv has a row per arm: what it gained (change, its SE), what the model expects without drift and without hours above usual care
# (growth: `vcohort replicate` with trial.drift 0, fixed parameters), and how far a drift of one point moves it (per_point: crosswalk and
# min(months, 12)/12). Hours of no arm were seen: usual care is assumed for all, so that R is 0. Gu 2020 and Min 2013 have no row: their hours were
# chosen to fit the very gain. b12: the gain at the time printed, as evidence update B12 has it.
arms <- read.delim("trial_drift.tsv")
arms$y <- (arms$change - arms$growth) / arms$per_point
arms$s <- arms$se / arms$per_point
by_time <- pmin(arms$months, 12) / 12

# Restricted maximum likelihood, and DerSimonian and Laird's moments beside it.
pooled <- function(what, y, s) {
  mean_at <- function(tau) weighted.mean(y, 1 / (s^2 + tau^2))
  q_at <- function(tau) sum((y - mean_at(tau))^2 / (s^2 + tau^2))
  restricted <- function(tau) sum(log(s^2 + tau^2)) + log(sum(1 / (s^2 + tau^2))) + q_at(tau)
  tau <- optimize(restricted, c(0, 10), tol = 1e-9)$minimum
  w <- 1 / s^2
  dl <- sqrt(max(0, (q_at(0) - length(y) + 1) / (sum(w) - sum(w^2) / sum(w))))
  cross <- function(p) if (q_at(0) < qchisq(p, length(y) - 1)) 0 else uniroot(function(t) q_at(t) - qchisq(p, length(y) - 1), c(0, 100))$root
  cat(sprintf("%s\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\n", what, length(y), mean_at(tau), sqrt(1 / sum(1 / (s^2 + tau^2))), tau, dl, cross(0.975), cross(0.025)))
}
long <- arms$months >= 6
year <- arms$months == 12
cat("arms\tn\tmean\tse\ttau\tdersimonian_laird\ttau_low\ttau_high\n")
pooled("half a year and more, at 12 months", arms$y[long], arms$s[long])
pooled("12 months", arms$y[year], arms$s[year])
pooled("all, at the time printed", (arms$y * by_time), arms$s * by_time)
pooled("all, as in B12", arms$b12, arms$s * by_time)
pooled("all, at 12 months", arms$y, arms$s)
