#!/usr/bin/env Rscript
# Two figures in R, to be copied and changed: the power curve of a trial and the acceptability curves of a policy.
#   Rscript scripts/plots/figures.R worth-a-trial.h5 [folder]
# Debian: r-bioc-rhdf5 r-cran-ggplot2
suppressPackageStartupMessages({
  library(rhdf5)
  library(ggplot2)
})

words <- commandArgs(trailingOnly = TRUE)
if (length(words) < 1) stop("usage: figures.R RESULT.h5 [folder]")
file <- words[1]
folder <- if (length(words) > 1) words[2] else dirname(file)
stem <- sub("[.]h5$", "", basename(file))

read_table <- function(path) {
  objects <- h5ls(file, recursive = 2)
  if (!path %in% sub("^//", "/", paste(objects$group, objects$name, sep = "/"))) return(NULL)
  table <- h5read(file, path, bit64conversion = "double")
  as.data.frame(lapply(table, \(column) if (is.raw(column)) as.integer(column) else as.vector(column)))
}

style <- theme_minimal(base_size = 10) + theme(legend.position = "bottom", panel.grid.minor = element_blank())
colours <- scale_colour_manual(values = c("#0072b2", "#c14f00", "#00805e", "#9c4f86", "#8f6400", "#3a92cc", "#555b61"), aesthetics = c("colour", "fill"))

save <- function(plot, kind) {
  target <- file.path(folder, paste0(stem, "-", kind, "-r.pdf"))
  ggsave(target, plot, width = 16, height = 11, units = "cm")
  cat(target, "\n")
}

power <- read_table("/trial/operating_characteristics")
if (!is.null(power)) {
  save(ggplot(power, aes(sample_size, power, colour = analysis, fill = analysis, linetype = analysis)) +
    geom_ribbon(aes(ymin = pmax(0, power - 1.96 * power_mcse), ymax = pmin(1, power + 1.96 * power_mcse)), alpha = 0.2, colour = NA) +
    geom_line() + geom_point() + geom_hline(yintercept = 0.9, linetype = "dashed", colour = "grey50") + facet_wrap(~scenario) +
    coord_cartesian(ylim = c(0, 1)) + labs(x = "patients randomised", y = "power [share of trials]", caption = "Band: 95 % Monte Carlo interval") + colours + style, "power")
}

ceac <- read_table("/policy/ceac")
if (!is.null(ceac)) {
  save(ggplot(ceac, aes(k, ceac, colour = strategy, linetype = strategy)) +
    geom_line(data = subset(ceac, best == 1), aes(k, ceaf, group = 1), colour = "grey75", linewidth = 3, inherit.aes = FALSE) +
    geom_line() + facet_wrap(~scenario) + coord_cartesian(ylim = c(0, 1)) +
    labs(x = "willingness to pay", y = "probability of being best [share of draws]", caption = "Grey: frontier (CEAF)") + colours + style, "ceac")
}
