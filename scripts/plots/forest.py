#!/usr/bin/python3
"""Forest plot: what a strategy gains over the reference, by subgroup."""
from style import COLOURS, Z95, draw_each, in_order, parser
from result_file import SCORES, ResultFile, pick, run

EXAMPLES = """
how to read it
  A line per stratum: mean gain in the same virtual children with its 95 % Monte Carlo interval. The dashed line is the gain of all.

examples
  forest.py quickstart.h5 --strategy "IV, 8e6/kg once"          quickstart-forest-published.png, ...
"""


def main():
    made = parser(__doc__, EXAMPLES, "[cohort] and [strata]")
    made.add_argument("--strategy", help="which (default: the first that is not the reference)")
    made.add_argument("--endpoint", help="which outcome (default: the first of the study)")
    made.add_argument("--visit", type=float, metavar="MONTHS", help="which visit (default: the last)")
    options = made.parse_args()
    result = ResultFile(options.result)
    table = result.table("cohort/increments")
    strategies = [name for name in in_order(table["strategy"]) if name != result.reference]
    strategy = pick(options.strategy or strategies[0], strategies, "strategy", options.result)
    endpoint = pick(options.endpoint or in_order(table["endpoint"])[0], in_order(table["endpoint"]), "endpoint", options.result)
    visit = pick(options.visit or float(max(table["visit_months"])), in_order(table["visit_months"]), "visit", options.result)

    def draw(axes, file, scenario):
        rows = file.table("cohort/increments").where(scenario=scenario, strategy=strategy, endpoint=endpoint, visit_months=visit)
        places = range(len(rows), 0, -1)
        axes.errorbar(rows["mean"], places, xerr=Z95 * rows["mcse"], fmt="s", color=COLOURS[0], ecolor="#1b1f24", markersize=5)
        axes.axvline(rows["mean"][0], color=COLOURS[0], linestyle="--", linewidth=0.8)
        axes.axvline(0, color="#5b6570", linewidth=0.8)
        axes.set_yticks(list(places), [file.readable(*pair) for pair in zip(rows["stratification"].tolist(), rows["stratum"].tolist())])
        for place, mean, error in zip(places, rows["mean"], rows["mcse"]):
            axes.annotate(f"{mean:.2f} ± {error:.2f}", (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=7.5)
        name, units = SCORES.get(endpoint, (endpoint, ""))
        axes.set_xlabel(f"gain, {name} [{units}]")
        axes.grid(axis="y", visible=False)
        return f"{strategy} over {file.reference} at {visit:g} months. Bars: 95 % Monte Carlo intervals."

    count = len(table.where(scenario=table["scenario"][0], strategy=strategy, endpoint=endpoint, visit_months=visit))
    draw_each(options, "cohort/increments", "forest", draw, size=(7, 1.9 + 0.24 * count))


if __name__ == "__main__":
    run(main)
