#!/usr/bin/python3
"""Cost-effectiveness acceptability curves and their frontier."""
from style import MOST, Z95, draw_each, in_order, line, parser
from result_file import left_out, run

EXAMPLES = """
how to read it
  A line per strategy: the share of parameter draws in which it is best, over the willingness to pay. Grey: the frontier (CEAF), the
  curve of the strategy with the smallest expected loss. Band: 95 % Monte Carlo interval.

examples
  ceac.py four-low-or-one-high.h5                               four-low-or-one-high-ceac-published.png, ...
"""


def main():
    options = parser(__doc__, EXAMPLES, "[policy]").parse_args()

    def draw(axes, result, scenario):
        table = result.table("policy/ceac").where(scenario=scenario)
        names = in_order(table["strategy"])
        winners = set(table["strategy"][table["best"] == 1].tolist())
        chosen = ([name for name in names if name in winners] + [name for name in names if name not in winners])[:MOST]
        best = table.where(best=1)
        axes.plot(best["k"], best["ceaf"], color="#c3c8ce", linewidth=7, solid_capstyle="round", label="CEAF", zorder=0)
        for place, name in enumerate(name for name in names if name in chosen):
            rows = table.where(strategy=name)
            line(axes, place, rows["k"], rows["ceac"], Z95 * rows["ceac_mcse"], name)
        policy = result.study["policy"]
        axes.set(xlabel=f"willingness to pay [{policy['currency']} per unit of effect]", ylabel="probability of being best [share of draws]", ylim=(0, 1.02))
        axes.xaxis.set_major_formatter(lambda k, _: f"{k:,.0f}")
        axes.legend(loc="best")
        return left_out([name for name in names if name not in chosen], f"{MOST} fit into a figure.") + "Band: 95 % Monte Carlo interval."

    draw_each(options, "policy/ceac", "ceac", draw)


if __name__ == "__main__":
    run(main)
