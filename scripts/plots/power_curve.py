#!/usr/bin/python3
"""Power by sample size, with the smallest size that reaches the wanted power."""
from style import MOST, Z95, draw_each, in_order, line, parser
from result_file import run

EXAMPLES = """
how to read it
  A line per analysis (and arm). Band: 95 % Monte Carlo interval. The dotted line is the smallest simulated size from which on the
  first analysis has the wanted power. Where the null hypothesis is true, power is the type I error.

examples
  power_curve.py trial-lv-redesigned.h5 --power 0.8             trial-lv-redesigned-power-published.png, ...
"""


def main():
    made = parser(__doc__, EXAMPLES, "[trial]")
    made.add_argument("--power", type=float, default=0.9, help="the wanted power [0.9]")
    options = made.parse_args()

    def draw(axes, result, scenario):
        table = result.table("trial/operating_characteristics").where(scenario=scenario)
        series = list(dict.fromkeys(zip(table["analysis"].tolist(), table["arm"].tolist())))
        several_arms = len(in_order(table["arm"])) > 1
        for place, (analysis, arm) in enumerate(series[:MOST]):
            rows = table.where(analysis=analysis, arm=arm)
            line(axes, place, rows["sample_size"], rows["power"], Z95 * rows["power_mcse"], f"{analysis}: {arm}" if several_arms else analysis)
        rows = table.where(analysis=series[0][0], arm=series[0][1])
        enough = None
        for size, power in sorted(zip(rows["sample_size"].tolist(), rows["power"].tolist()), reverse=True):
            if not power >= options.power:
                break
            enough = size
        axes.axhline(options.power, color="#5b6570", linewidth=0.8, linestyle="--")
        if enough is not None:
            axes.axvline(enough, color="#1b1f24", linewidth=0.9, linestyle=":")
            axes.annotate(f"N = {enough}", (enough, 0.02), xytext=(-4, 0), textcoords="offset points", fontweight="bold", ha="right")
        axes.set(xlabel="patients randomised", ylabel="power [share of trials]", ylim=(0, 1.02))
        axes.legend(loc="best")
        return f"Band: 95 % Monte Carlo interval of {int(rows['replicates'][0]):,} simulated trials."

    draw_each(options, "trial/operating_characteristics", "power", draw)


if __name__ == "__main__":
    run(main)
