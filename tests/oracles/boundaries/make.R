#!/usr/bin/Rscript
# Group-sequential designs by rpact: bounds, inflation and expected information, one-sided level 0.025 unless it is said.
# Rscript make.R > designs.json
suppressMessages(library(rpact))

number <- function(x) ifelse(is.finite(x), trimws(formatC(x, digits = 10, format = "g")), "null")
list_of <- function(x) paste0("[", paste(number(x), collapse = ", "), "]")
case <- function(name, words, ..., kMax = NULL, sided = 1, alpha = 0.025, beta = 0.1) {
  design <- getDesignGroupSequential(..., sided = sided, alpha = alpha, beta = beta, tolerance = 1e-10)
  made <- getDesignCharacteristics(design)
  futility <- if (is.null(design$futilityBounds) || all(is.na(design$futilityBounds))) NA else design$futilityBounds
  # Its placeholder for a look without a stop.
  futility[futility <= -6] <- NA
  sprintf('{"name": "%s", %s, "alpha": %s, "power": %s, "information": %s, "efficacy": %s, "futility": %s, "inflation": %s, "expected": %s}',
          name, words, number(alpha), number(1 - beta), list_of(design$informationRates), list_of(design$criticalValues), list_of(futility),
          number(made$inflationFactor), list_of(c(made$averageSampleNumber0, made$averageSampleNumber01, made$averageSampleNumber1)))
}

cases <- c(
  case("O'Brien-Fleming, 5 uneven looks", '"boundary": "obrien-fleming"', informationRates = c(.15, .35, .5, .8, 1), typeOfDesign = "OF"),
  case("Pocock, 4 uneven looks", '"boundary": "pocock"', informationRates = c(.2, .45, .9, 1), typeOfDesign = "P", beta = 0.2),
  case("Wang-Tsiatis 0.25, 6 looks", '"boundary": "wang-tsiatis", "delta": 0.25', informationRates = (1:6) / 6, typeOfDesign = "WT", deltaWT = 0.25),
  case("Haybittle-Peto, 4 looks", '"boundary": "haybittle-peto", "z": 3', informationRates = c(.3, .5, .75, 1), typeOfDesign = "HP"),
  case("Lan-DeMets O'Brien-Fleming, 8 looks", '"spending": "obrien-fleming"', informationRates = (1:8) / 8, typeOfDesign = "asOF"),
  case("Lan-DeMets Pocock, alpha 0.01", '"spending": "pocock"', informationRates = c(.25, .6, 1), typeOfDesign = "asP", alpha = 0.01),
  case("Kim-DeMets 3", '"spending": "power", "rho": 3', informationRates = c(.2, .4, .6, .8, 1), typeOfDesign = "asKD", gammaA = 3),
  case("Hwang-Shih-DeCani -3", '"spending": "hwang-shih-decani", "gamma": -3', informationRates = c(.1, .5, .55, 1), typeOfDesign = "asHSD", gammaA = -3),
  case("two-sided O'Brien-Fleming", '"boundary": "obrien-fleming", "two_sided": true', informationRates = c(.3, .6, 1), typeOfDesign = "OF", sided = 2, alpha = 0.05),
  case("two-sided Lan-DeMets Pocock", '"spending": "pocock", "two_sided": true', informationRates = c(.25, .5, .75, 1), typeOfDesign = "asP", sided = 2, alpha = 0.1),
  case("z of futility, not binding", '"boundary": "obrien-fleming", "futility_z": [-0.5, 0.3]', informationRates = c(.4, .7, 1), typeOfDesign = "OF",
       futilityBounds = c(-0.5, 0.3)),
  case("z of futility, binding", '"spending": "obrien-fleming", "futility_z": [0, 0.5, 1], "binding": true', informationRates = c(.25, .5, .75, 1),
       typeOfDesign = "asOF", futilityBounds = c(0, 0.5, 1), bindingFutility = TRUE),
  case("beta by Kim-DeMets 2.5, binding", '"spending": "power", "rho": 2, "beta_spending": "power", "beta_parameter": 2.5, "binding": true',
       informationRates = c(.3, .55, .8, 1), typeOfDesign = "asKD", gammaA = 2, typeBetaSpending = "bsKD", gammaB = 2.5, bindingFutility = TRUE),
  case("beta by Hwang-Shih-DeCani 1, not binding",
       '"spending": "hwang-shih-decani", "gamma": -4, "beta_spending": "hwang-shih-decani", "beta_parameter": 1', informationRates = c(.3, .6, 1),
       typeOfDesign = "asHSD", gammaA = -4, typeBetaSpending = "bsHSD", gammaB = 1, bindingFutility = FALSE, beta = 0.2)
)
cat('{"made_by": "tests/oracles/boundaries/make.R, rpact ', as.character(packageVersion("rpact")), '", "cases": [\n  ', paste(cases, collapse = ",\n  "), "\n]}\n", sep = "")
