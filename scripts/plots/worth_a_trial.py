#!/usr/bin/python3
"""Is a trial worth its cost: value of its information, and expected net benefit of sampling, by sample size."""
import argparse
import pathlib

from result_file import FOOTER, ResultFile, foot, head, in_order, pick, run, save

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

EXAMPLES = """
how to read it
  One figure per scenario. Left: what the trial's report is worth per child, with the value of knowing everything as a dashed
  line. Right: what is left for all children who decide after it, when its cost and what the enrolled forgo are paid. Above zero
  the trial is worth its cost; the ring marks the best size. Bars are 95 % Monte Carlo intervals.

examples
  worth_a_trial.py worth-a-trial.h5                             worth-a-trial-research-published.png, ...
  worth_a_trial.py worth-a-trial.h5 --willingness 50000 100000 200000 --scenario sceptical
  worth_a_trial.py worth-a-trial.h5 --text                      the same numbers as text
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", help="result file of a study with [policy.research]")
    parser.add_argument("-o", "--output", help="folder of the PNGs (default: that of the result)")
    parser.add_argument("--scenario", help="only this stance (default: all, a figure each)")
    parser.add_argument("--willingness", nargs="+", type=float, metavar="K",
                        help="willingness to pay per unit of effect (default: the study's thresholds)")
    parser.add_argument("--text", action="store_true", help="print tables instead of drawing")
    return parser.parse_args()


def draw(result, scenario, chosen, currency, path):
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    z = 1.96
    for k, rows in chosen:
        n = rows["sample_size"]
        label = f"{currency} {k:,.0f}"
        line = left.errorbar(n, rows["evsi"], z * rows["evsi_se"], marker="o", capsize=2, label=label)[0]
        left.axhline(rows["evpi"][0], color=line.get_color(), linestyle="--", linewidth=0.8)
        million = 1e6
        right.errorbar(n, rows["enbs"] / million, z * rows["enbs_se"] / million, marker="o", capsize=2, label=label)
        best = int(np.argmax(rows["enbs"]))
        if rows["enbs"][best] > 0:
            right.plot(n[best], rows["enbs"][best] / million, "o", markersize=12, fillstyle="none", color=line.get_color())
    right.axhline(0, color="black", linewidth=0.8)
    for panel, text, units in ((left, "EVSI per child", currency), (right, "Expected net benefit of sampling", f"million {currency}")):
        panel.set_xscale("log")
        panel.set_xticks(n, [str(size) for size in n], minor=False)
        panel.minorticks_off()
        panel.set_xlabel("children randomised")
        panel.set_ylabel(units)
        panel.set_title(text, fontsize=10, loc="left")
    left.legend(title="willingness to pay", fontsize=8, title_fontsize=8)
    head(figure, result.title, f"stance: {scenario}; dashed: the value of knowing everything")
    foot(figure, f"{FOOTER}\n{result.origin()}")
    save(figure, path)
    plt.close(figure)


def main():
    options = arguments()
    result = ResultFile(options.result)
    table = result.table("policy/research")
    policy = result.study["policy"]
    scenarios = in_order(table["scenario"])
    if options.scenario:
        scenarios = [pick(options.scenario, scenarios, "scenario", options.result)]
    known = in_order(table["k"])
    willingness = [pick(k, known, "willingness to pay", options.result) for k in options.willingness or policy["thresholds"]]
    folder = pathlib.Path(options.output) if options.output else pathlib.Path(options.result).parent
    for scenario in scenarios:
        chosen = [(k, table.where(scenario=scenario, k=k)) for k in willingness]
        if options.text:
            for k, rows in chosen:
                print(f"\n{scenario}, {policy['currency']} {k:,.0f}\n{'n':>6} {'EVSI':>10} {'se':>8} {'ENBS':>14} {'se':>12} {'months':>7}")
                for row in zip(*(rows[c] for c in ("sample_size", "evsi", "evsi_se", "enbs", "enbs_se", "duration_months"))):
                    print("{:>6} {:>10.1f} {:>8.1f} {:>14,.0f} {:>12,.0f} {:>7.1f}".format(*row))
            continue
        path = folder / f"{pathlib.Path(options.result).stem}-research-{scenario}.png"
        draw(result, scenario, chosen, policy["currency"], path)


if __name__ == "__main__":
    run(main)
