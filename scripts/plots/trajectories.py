#!/usr/bin/python3
"""Trajectories: how scores develop under each strategy, per stratum, with the spread of children and the Monte Carlo error."""
import argparse
import pathlib

from result_file import FOOTER, SCORES, ResultFile, foot, head, in_order, left_out, lines_of, pick, refuse, run, save

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

EXAMPLES = """
how to read it
  One figure per scenario (stance of the evidence). Columns are strata. In the upper rows, one per strategy: the mean observed score
  (line), its Monte Carlo error (dark band, +- 1.96 standard errors, often thinner than the line), and the children from the 5 %
  to the 95 % quantile (light band); the dashed line is the reference. The last row shows what each strategy gains over the
  reference in the same children, latent score, with the same kind of error band. Children differ far more than strategies do.

examples
  trajectories.py quickstart.h5                                 quickstart-trajectories-published.png, ...
  trajectories.py age-and-severity.h5 --strata "age 0-3" "age 6-18" --endpoint adl
  trajectories.py dosing-frequency.h5 --strategies MSC/intravenous/8e6/1x MSC/intravenous/1e6/8x/7d
"""
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9"]  # distinguishable without colour vision (Okabe, Ito)
MOST_STRATEGIES = len(COLOURS)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", help="result file of a study with [cohort]")
    parser.add_argument("-o", "--output", help="folder of the PNGs (default: that of the result)")
    parser.add_argument("--endpoint", help="which outcome (default: the first of the study)")
    parser.add_argument("--scenario", help="only this stance (default: all, a figure each)")
    parser.add_argument("--strata", nargs="+", default=["margins"], metavar="WHICH",
                        help="margins (one variable at a time, default), product, everything, all, or names of strata")
    parser.add_argument("--strategies", nargs="+", metavar="NAME",
                        help=f"which strategies, at most {MOST_STRATEGIES} (default: the first {MOST_STRATEGIES} besides the reference)")
    return parser.parse_args()


def draw(result, scenario, endpoint, strategies, strata, notice):
    summary = result.table("cohort/summary").where(scenario=scenario, endpoint=endpoint)
    increments = result.table("cohort/increments").where(scenario=scenario, endpoint=endpoint)
    name, units = SCORES.get(endpoint, (endpoint, ""))
    binary = units == "share of children"
    figure, axes = plt.subplots(len(strategies) + 1, len(strata), squeeze=False, sharex=True, sharey="row", layout="constrained",
                                figsize=(1.2 + 1.85 * len(strata), 1.6 + 1.55 * (len(strategies) + 1)))
    for column, (stratification, stratum) in enumerate(strata):
        of_stratum = summary.where(stratification=stratification, stratum=stratum)
        reference = of_stratum.where(strategy=result.reference)
        if not len(reference):
            refuse(f"{result.path} has nobody in the stratum \"{stratum}\" (it is empty). Choose others with --strata.")
        name_of_stratum = "\n".join(lines_of(result.readable(stratification, stratum), 9, 1.9))
        axes[0][column].set_title(f"{name_of_stratum}\nn = {int(reference['n'][0]):,}", fontsize=9)
        for row, strategy in enumerate(strategies):
            panel = axes[row][column]
            rows = of_stratum.where(strategy=strategy)
            months, mean, error = rows["visit_months"], rows["mean"], 1.96 * rows["mean_mcse"]
            if not binary:
                panel.fill_between(months, rows["p05"], rows["p95"], color=COLOURS[row], alpha=0.15, linewidth=0)
            panel.fill_between(months, mean - error, mean + error, color=COLOURS[row], alpha=0.5, linewidth=0)
            panel.plot(months, mean, color=COLOURS[row], marker="o", markersize=2.5, linewidth=1.3)
            panel.plot(reference["visit_months"], reference["mean"], color="#303030", linestyle=(0, (4, 3)), linewidth=1)
            if column == 0:
                panel.set_ylabel(f"{name}\n[{units}]", fontsize=8)
                panel.annotate("\n".join(lines_of(strategy, 7.5, 1.85)), (0, 1), xytext=(3, -3), xycoords="axes fraction", textcoords="offset points", va="top", fontsize=7.5,
                               color=COLOURS[row], fontweight="bold", annotation_clip=False)
            gained = increments.where(strategy=strategy, stratification=stratification, stratum=stratum)
            panel = axes[-1][column]
            error = 1.96 * gained["mcse"]
            months, mean, error = (np.concatenate([[0.0], values]) for values in (gained["visit_months"], gained["mean"], error))  # twins are equal at baseline
            panel.fill_between(months, mean - error, mean + error, color=COLOURS[row], alpha=0.3, linewidth=0)
            panel.plot(months, mean, color=COLOURS[row], marker="o", markersize=2.5, linewidth=1.3)
        axes[-1][column].axhline(0, color="#303030", linestyle=(0, (4, 3)), linewidth=1)
        axes[-1][column].set_xlabel("months since baseline", fontsize=8)
        if not binary and endpoint != "cgi_i":
            for row in range(len(strategies)):
                axes[row][column].set_ylim(bottom=0)
    for panel in axes.flat:
        panel.tick_params(labelsize=7)
        panel.grid(alpha=0.25, linewidth=0.5)
        panel.spines[["top", "right"]].set_visible(False)
    ticks = [0.0] + [month for month in in_order(summary["visit_months"]) if month > 0]
    crowded = [month for position, month in enumerate(ticks) if position == 0 or month - ticks[position - 1] >= max(ticks) / 12]
    for panel in axes[-1]:
        panel.set_xticks(crowded, [f"{month:g}" for month in crowded])
        panel.set_xlim(0, 1.03 * max(ticks))
    axes[-1][0].set_ylabel(f"gain over reference\n[{units}]", fontsize=8)
    band = "" if binary else " light: 5-95 % of the children,"
    head(figure, result.title, f"Evidence: {scenario}. Line: mean,{band} dark: ± 1.96 Monte Carlo standard errors, dashed: {result.reference}.")
    foot(figure, f"{notice}{FOOTER}\n{result.origin()}")
    return figure


def main():
    options = arguments()
    result = ResultFile(options.result)
    table = result.table("cohort/summary")
    endpoints = in_order(table["endpoint"])
    endpoint = pick(options.endpoint or endpoints[0], endpoints, "endpoint", result.path)
    scenarios = in_order(table["scenario"])
    chosen = [pick(options.scenario, scenarios, "scenario", result.path)] if options.scenario else scenarios
    names = [name for name in in_order(table["strategy"]) if name != result.reference]
    strategies = [pick(name, names, "strategy", result.path) for name in options.strategies or names[:MOST_STRATEGIES]]
    if len(strategies) > MOST_STRATEGIES:
        refuse(f"{len(strategies)} strategies do not fit into a figure (at most {MOST_STRATEGIES}). Name fewer with --strategies.")
    if not strategies:
        refuse(f"{result.path} has no strategy besides the reference (there is nothing to compare). Run a study with several.")
    notice = "" if options.strategies else left_out([name for name in names if name not in strategies],
                                                    f"{MOST_STRATEGIES} fit into a figure. Name those that you want with --strategies.")
    for scenario in chosen:
        figure = draw(result, scenario, endpoint, strategies, result.strata(options.strata), notice)
        source = pathlib.Path(options.result)
        folder = pathlib.Path(options.output) if options.output else source.parent
        save(figure, folder / f"{source.stem}-trajectories-{scenario}.png")
        plt.close(figure)


if __name__ == "__main__":
    run(main)
