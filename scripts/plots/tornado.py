#!/usr/bin/python3
"""Tornado: what the net benefit of a strategy depends on, one uncertain parameter at a time."""
import argparse
import pathlib

from result_file import FOOTER, ResultFile, foot, head, in_order, left_out, pick, refuse, run, save

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

EXAMPLES = """
how to read it
  One figure per scenario (stance of the evidence). A bar reaches from the incremental net benefit at the low end of a parameter's
  law (blue) to that at its high end (orange), all other parameters at their point values, the same virtual children
  throughout. Left of the dotted line the reference is better. A star: the best strategy of all is another one at either
  end. In brackets the range, and where the number comes from.

examples
  tornado.py route-and-price.h5                                route-and-price-tornado-sceptical.png, ...
  tornado.py route-and-price.h5 --strategy "one IV infusion" --bars 20
  tornado.py route-and-price.h5 --text                         the same numbers as text
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", help="result file of a study with [policy.sensitivity]")
    parser.add_argument("-o", "--output", help="folder of the PNGs (default: that of the result)")
    parser.add_argument("--scenario", help="only this stance (default: all, a figure each)")
    parser.add_argument("--strategy", help="compared with the reference (default: the one with the highest net benefit)")
    parser.add_argument("--threshold", type=float, help="willingness to pay (default: the first of the study)")
    parser.add_argument("--bars", type=int, default=12, help="how many (default: 12)")
    parser.add_argument("--text", action="store_true", help="print tables instead of drawing")
    return parser.parse_args()


def bars_of(result, table, scenario, chosen):
    threshold = table["threshold"][0] if chosen.threshold is None else chosen.threshold
    rows = table.where(scenario=scenario, threshold=threshold)
    if len(rows) == 0:
        refuse(f"{result.path} has no tornado at {threshold:g} (its thresholds are {sorted(set(table['threshold'].tolist()))}). Name one of them.")
    strategy = chosen.strategy or rows["strategy"][rows["inb"].argmax()]
    rows = rows.where(strategy=strategy)
    if len(rows) == 0:
        refuse(f"{result.path} has no tornado of {strategy} (it is the reference, or no strategy of the study). Name another with --strategy.")
    return strategy, threshold, rows


def amount(value):
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def label(rows, i):
    star = "* " if rows["flips"][i] else ""
    together = f", {rows['moved'][i]} together" if rows["moved"][i] > 1 else ""
    return f"{star}{rows['parameter'][i]} ({amount(rows['low'][i])} to {amount(rows['high'][i])}{together}; {rows['strength'][i]})"


def print_text(rows, count, heading):
    print(heading)
    for i in range(count):
        print(f"  {rows['rank'][i]:>3}  {rows['inb_low'][i]:>12,.0f}  {rows['inb_high'][i]:>12,.0f}  {label(rows, i)}")
    print()


def draw(result, rows, count, heading, units, notice, path):
    figure, axes = plt.subplots(figsize=(11, 1.8 + 0.36 * count), layout="constrained")
    base = rows["inb"][0]
    for i in range(count):
        for end, colour in (("inb_low", "#3b6fb6"), ("inb_high", "#e08a2e")):
            axes.barh(count - 1 - i, rows[end][i] - base, left=base, color=colour, height=0.7)
    axes.axvline(base, color="black", linewidth=0.8)
    axes.axvline(0, color="black", linewidth=0.8, linestyle=":")
    axes.set_yticks(range(count), [label(rows, count - 1 - i) for i in range(count)], fontsize=8)
    axes.set_xlabel(f"incremental net benefit per child [{units}]: blue at the low end, orange at the high end")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    head(figure, *heading)
    foot(figure, f"{notice}{FOOTER}\n{result.origin()}")
    save(figure, path)
    plt.close(figure)


def main():
    chosen = arguments()
    result = ResultFile(chosen.result)
    if "sensitivity/tornado" not in result.file:
        refuse(f"{chosen.result} has no tornado (its study did not ask for it). Add [policy.sensitivity] and run it again.")
    table = result.table("sensitivity/tornado")
    units = result.file["sensitivity/tornado/inb"].attrs["units"].decode()
    scenarios = in_order(table["scenario"])
    if chosen.bars < 1:
        refuse("A tornado without bars shows nothing. Give --bars a number from 1 on.")
    for scenario in [pick(chosen.scenario, scenarios, "scenario", result.path)] if chosen.scenario else scenarios:
        strategy, threshold, rows = bars_of(result, table, scenario, chosen)
        count = min(chosen.bars, int((rows["span"] > 0).sum()))
        heading = (result.title, f"{strategy} against {result.study['policy']['reference']}, {scenario} evidence, willingness to pay {threshold:,.0f}")
        if count == 0:
            refuse(f"No parameter moves the net benefit of {strategy} under {scenario} (every bar has length zero). Name another with --strategy or --scenario.")
        if chosen.text:
            print_text(rows, count, "\n".join(heading))
        else:
            others = [name for name in in_order(table["strategy"]) if name != strategy]
            notice = "" if chosen.strategy else left_out(others, f"a tornado has one, and {strategy} has the highest net benefit under {scenario}. Name another with --strategy.")
            stem = pathlib.Path(chosen.result)
            draw(result, rows, count, heading, units, notice, pathlib.Path(chosen.output or stem.parent) / f"{stem.stem}-tornado-{scenario}.png")


if __name__ == "__main__":
    run(main)
