# A made-up file in the shape of CDISC's ADQSADAS, and what R finds in it: Rscript adas.R, in this folder. Needs R with jsonlite
# and nlme. Nobody's data: every value is drawn here. It has what such files have: several parameters in one column, visits with a
# number beside their name, flags that choose the rows, values carried forward (DTYPE LOCF), a quoted comma, a name with a dot,
# blanks and NA.
suppressMessages({library(jsonlite); library(nlme)})
set.seed(20261128)
n <- 66
s <- data.frame(USUBJID = sprintf("01-7%02d-1%03d", rep(1:11, 6), seq_len(n)), TRTPN = rep(c(0, 54, 81), 22),
                SITEGR1 = sprintf("%d", 701 + (seq_len(n) * 7) %% 4), AGE.YEARS = round(runif(n, 56, 89)))
s$TRTP <- c("Placebo", "Xanomeline Low Dose", "Xanomeline High Dose")[match(s$TRTPN, c(0, 54, 81))]
s$AGE.YEARS[c(9, 40)] <- NA
s$BASE <- pmin(60, pmax(3, round(rnorm(n, 24, 11))))
weeks <- c(0, 8, 16, 24)
names_of <- c("Baseline", "Week 8", "Week 16", "Week 24")
leaves <- sample(c(8, 16, 24, 99), n, TRUE, c(.08, .17, .2, .55))  # the first visit that is missed
rows <- do.call(rbind, lapply(seq_len(n), function(i) {
  wanders <- cumsum(c(0, rnorm(3, 0.9 - 0.012 * s$TRTPN[i], 3)))
  d <- data.frame(s[i, ], PARAM = "Adas-Cog(11) Subscore, total", PARAMCD = "ACTOT", AVISIT = names_of, AVISITN = weeks,
                  AVAL = pmin(70, pmax(0, s$BASE[i] + round(wanders))), DTYPE = "", ANL01FL = "Y")
  gone <- weeks >= leaves[i]
  d$AVAL[gone] <- tail(d$AVAL[!gone], 1)
  d$DTYPE[gone] <- "LOCF"
  extra <- if (i %% 6 == 0) transform(d[2, ], AVAL = AVAL + 5, ANL01FL = "")  # an unscheduled visit in the same window
  item <- transform(d, PARAM = "Word Recall Task", PARAMCD = "ACITM01", AVAL = AVAL %% 10, BASE = s$BASE[i] %% 10)
  rbind(d, extra, item)
}))
rows$CHG <- ifelse(rows$AVISITN == 0, NA, rows$AVAL - rows$BASE)
rows$AVAL[rows$USUBJID == s$USUBJID[5] & rows$AVISITN == 16] <- NA
rows$CHG[is.na(rows$AVAL)] <- NA
out <- rows[, c("USUBJID", "SITEGR1", "TRTP", "TRTPN", "AGE.YEARS", "PARAM", "PARAMCD", "AVISIT", "AVISITN", "AVAL", "BASE", "CHG", "DTYPE", "ANL01FL")]
out$CHG <- ifelse(is.na(out$CHG), ifelse(out$AVISITN == 0, "", "NA"), out$CHG)
write.csv(out, "adas.csv", row.names = FALSE)

d <- read.csv("adas.csv", na.strings = c("NA", ""), colClasses = c(SITEGR1 = "character"))
d <- d[d$PARAMCD == "ACTOT" & !is.na(d$ANL01FL), ]
d$TRTP <- relevel(factor(d$TRTP), "Placebo")
arms <- c("Xanomeline Low Dose", "Xanomeline High Dose")
of <- function(formula, d) {
  fit <- lm(formula, d); t <- coef(summary(fit)); ci <- confint(fit)
  used <- d[rownames(d) %in% rownames(model.frame(fit)), ]
  list(contrasts = lapply(arms, function(a) { r <- t[paste0("TRTP", a), ]; i <- ci[paste0("TRTP", a), ]
         list(estimate = r[[1]], se = r[[2]], df = fit$df.residual, statistic = r[[3]], p = r[[4]], lower = i[[1]], upper = i[[2]]) }),
       ls_means = lapply(c("Placebo", arms), function(a) mean(predict(fit, transform(used, TRTP = factor(a, levels(d$TRTP)))))),
       analysed = nobs(fit))
}
week24 <- d[d$AVISITN == 24, ]
repeated <- d[d$AVISITN > 0 & is.na(d$DTYPE) & !is.na(d$CHG), ]
repeated$visit <- factor(repeated$AVISITN)
mixed <- gls(CHG ~ SITEGR1 + BASE + TRTP * visit, repeated, correlation = corSymm(form = ~ as.integer(visit) | USUBJID),
             weights = varIdent(form = ~ 1 | visit), method = "REML", control = glsControl(tolerance = 1e-12, msTol = 1e-12, msMaxIter = 500, maxIter = 500))
at24 <- sapply(arms, function(a) sum(coef(mixed)[c(paste0("TRTP", a), paste0("TRTP", a, ":visit24"))]))
writeLines(toJSON(list(made_with = paste0(R.version.string, ", nlme ", packageVersion("nlme")),
  locf = of(CHG ~ TRTP + SITEGR1 + BASE, week24), observed = of(CHG ~ TRTP + SITEGR1 + BASE, week24[is.na(week24$DTYPE), ]),
  age = of(CHG ~ TRTP + SITEGR1 + BASE + AGE.YEARS, week24),
  mixed = list(minus_two_log_likelihood = -2 * as.numeric(logLik(mixed)), estimates = I(unname(at24)))), auto_unbox = TRUE, digits = NA), "adas.json")
