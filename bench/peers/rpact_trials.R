# The three looks of bench/peers in rpact, which draws test statistics and no patients: trials per second, power.
suppressPackageStartupMessages(library(rpact))
design <- getDesignGroupSequential(kMax = 3, alpha = 0.025, sided = 1, informationRates = c(1, 2, 3) / 3, typeOfDesign = "asOF")
trials <- 20000
began <- proc.time()
found <- getSimulationMeans(design, alternative = 0.35, stDev = 1, plannedSubjects = c(100, 200, 300), maxNumberOfIterations = trials, seed = 1)
cat(sprintf("%.0f %.4f\n", trials / (proc.time() - began)[["user.self"]], found$overallReject))
