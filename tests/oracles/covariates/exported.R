# What R says of a trial that was exported (tests/e2e/covariates_test.py writes the files): Rscript exported.R scores.csv shares.csv times.csv
# Prints name, estimate, standard error or statistic, with 12 digits. R 4.2, survival 3.
library(survival)
files <- commandArgs(TRUE)
show <- function(name, ...) cat(name, formatC(c(...), digits = 12, format = "g"), "\n")
read <- function(file) { d <- read.csv(file, stringsAsFactors = TRUE); d$arm <- relevel(d$arm, "control"); d }
d <- read(files[1])
show("ancova", summary(lm(value ~ arm + baseline + x + g + c, d))$coefficients["armactive", 1:2])
show("site", summary(lm(value ~ arm + baseline + factor(site), d))$coefficients["armactive", 1:2])
by <- sapply(c("no", "yes"), function(l) summary(lm(value ~ arm + baseline, d[d$g == l, ]))$coefficients["armactive", 1:2])
show("interaction", by[1, "yes"] - by[1, "no"], sqrt(sum(by[2, ]^2)))
d <- read(files[2])
show("logistic", summary(glm(value ~ arm + x + g, binomial, d, epsilon = 1e-14, maxit = 100))$coefficients["armactive", 1:2])
m <- mantelhaen.test(table(d$arm, d$value, d$g), correct = FALSE)
show("cmh", log(m$estimate), m$statistic)
d <- read(files[3])
show("cox", summary(coxph(Surv(visit, value) ~ arm + x + strata(g), d, ties = "efron", eps = 1e-14, iter.max = 100))$coefficients["armactive", c(1, 3)])
s <- survdiff(Surv(visit, value) ~ arm + strata(g), d)
show("logrank", s$chisq)
