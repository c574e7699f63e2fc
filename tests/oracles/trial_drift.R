# The gain of control arms above the growth curve: mean and SD between trials, for the parameter trial.drift of the evidence.
# Eight arms whose hours of rehabilitation were not seen and are taken as usual care (evidence update, B12), GMFM-66 points at the time printed; Gu 2020 and
# Min 2013, whose hours the rehabilitation term explains, are not among them. Standard errors: printed, or from an SD of change (A7, evidence 8a, B35).
arms <- data.frame(
  arm = c("Sun 2017", "Sun 2022", "Tehran", "Huang 2018", "Kang 2015", "Liu 2017", "Collet 2001", "Lacey 2012"),
  y   = c(0, 3.1, 2.2, 2.7, 1.5, 0.3, 1.6, -0.3),
  se  = c(5.5 / sqrt(31), (5.0 - 1.4) / (2 * 1.96), 3.5 / sqrt(36), 1.45 * 0.61, 3.75 * 0.61 / sqrt(18), 4.0 / sqrt(35), 2.25 / sqrt(55), 2.25 / sqrt(24)))
restricted <- function(tau) {  # minus twice the restricted log-likelihood
  v <- arms$se^2 + tau^2
  mu <- sum(arms$y / v) / sum(1 / v)
  sum(log(v)) + log(sum(1 / v)) + sum((arms$y - mu)^2 / v)
}
tau <- optimize(restricted, c(0, 5))$minimum
v <- arms$se^2 + tau^2
cat(sprintf("mean %.3f, its standard error %.3f, SD between trials %.3f; SD of the eight as they are %.3f\n",
            sum(arms$y / v) / sum(1 / v), sqrt(1 / sum(1 / v)), tau, sd(arms$y)))
