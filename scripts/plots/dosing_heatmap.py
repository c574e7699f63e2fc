#!/usr/bin/python3
"""Heat maps of a dosing grid: what each schedule gains over the reference, per route and stratum."""
import argparse
import pathlib

from result_file import FOOTER, SCORES, ResultFile, foot, head, in_order, left_out, pick, refuse, run, save

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Rectangle

EXAMPLES = """
how to read it
  One figure per scenario (stance of the evidence). Columns are cell and route, rows are strata. In a panel, a row is a number
  of infusions and a column the interval between them; one infusion has no interval, so it fills its row. A cell says
  the mean gain over the reference in the same virtual children, latent score, +- its Monte Carlo standard error.
  --colour gain      the same scale in all panels: who gains, and by which route
  --colour contrast  each cell against the schedule with the fewest infusions of its panel: what splitting the dose adds
  All schedules share the same children, so two cells differ by much less error than their +- suggests.

examples
  dosing_heatmap.py dosing-frequency.h5                         dosing-frequency-heatmap-published.png, ...
  dosing_heatmap.py dosing-frequency.h5 --colour contrast --scenario sceptical
  dosing_heatmap.py dosing-frequency.h5 --strata product --visit 12 --endpoint adl
  dosing_heatmap.py dosing-frequency.h5 --text                  the same numbers as text
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", help="result file of a study with [cohort] and several schedules")
    parser.add_argument("-o", "--output", help="folder of the PNGs (default: that of the result)")
    parser.add_argument("--endpoint", help="which outcome (default: the first of the study)")
    parser.add_argument("--visit", type=float, metavar="MONTHS", help="which visit (default: the last)")
    parser.add_argument("--scenario", help="only this stance (default: all, a figure each)")
    parser.add_argument("--strata", nargs="+", default=["margins"], metavar="WHICH",
                        help="margins (one variable at a time, default), product, everything, all, or names of strata")
    parser.add_argument("--colour", choices=["gain", "contrast"], default="gain", help="what the colour says (default: gain)")
    parser.add_argument("--text", action="store_true", help="print tables instead of drawing")
    return parser.parse_args()


def amount(number):
    return f"{number:.0e}".replace("e+0", "e").replace("e+", "e") if number >= 1e4 and float(f"{number:.0e}") == number else f"{number:g}"


def dose_words(doses, totals, unit):
    units = {"per_kg": " cells/kg", "cells": " cells", "reference_doses": " published doses"}[unit]
    if len(set(totals)) == 1:
        return f"{amount(totals[0])}{units} in all"
    if len(set(doses)) == 1:
        return f"{amount(doses[0])}{units} per infusion"
    return f"several doses ({units.strip()})"


def panels(result):
    """[(title, {(infusions, interval): strategy})]: one panel per cell and route, and per dose where schedules would collide."""
    table = result.table("strategies")
    rows = [{name: table[name][i] for name in table.columns} for i in range(len(table))]
    rows = [row for row in rows if row["cell"] != "none"]
    for row in rows:
        row["total"] = float(f"{row['dose'] * row['infusions'] * row['courses']:.12g}")

    def split(group, keys):
        cells = [(row["infusions"], row["interval_days"] if row["infusions"] > 1 else 0) for row in group]
        if len(set(cells)) == len(cells):
            return [group]
        for key in keys:
            values = list(dict.fromkeys(row[key] for row in group))
            if len(values) > 1:
                rest = [name for name in keys if name != key]
                return [part for value in values for part in split([row for row in group if row[key] == value], rest)]
        return [group]

    found = []
    pairs = dict.fromkeys((row["cell"], row["route"]) for row in rows)
    for cell, route in pairs:
        group = [row for row in rows if (row["cell"], row["route"]) == (cell, route)]
        for part in split(group, ["courses", "total", "dose"]):
            courses = f", {part[0]['courses']:g} courses" if part[0]["courses"] > 1 else ""
            title = f"{cell}, {route}\n{dose_words([row['dose'] for row in part], [row['total'] for row in part], part[0]['dose_unit'])}{courses}"
            cells = {}
            for row in part:  # of strategies that differ in something else the first one is drawn
                cells.setdefault((int(row["infusions"]), float(row["interval_days"]) if row["infusions"] > 1 else 0.0), row["strategy"])
            found.append((title, cells))
    found = [panel for panel in found if len(panel[1]) > 1]
    if not found:
        refuse(f"{result.path} has no dosing grid (no cell and route has several schedules). Run a study such as dosing-frequency.")
    return found


def with_error(mean, mcse):
    if not mcse > 0:
        return f"{mean:.3g}"
    digits = int(np.clip(np.ceil(-np.log10(mcse)), 0, 4))
    return f"{mean:.{digits}f} ± {mcse:.{digits}f}" if round(mcse, digits) > 0 else f"{mean:.{digits}f}"


def print_text(result, grid, strata, rows, scenario, heading):
    harm = result.table("cohort/harm").where(scenario=scenario, stratum="all")
    serious = dict(zip(harm["strategy"].tolist(), zip((100 * harm["serious_share"]).tolist(), (100 * harm["serious_share_mcse"]).tolist())))
    print(heading)
    for title, cells in grid:
        infusions = sorted({key[0] for key in cells})
        intervals = sorted({key[1] for key in cells if key[0] > 1})
        print("\n" + title.replace("\n", ", "))
        names = [result.readable(*stratum) for stratum in strata]
        width = max(len("infusions, every"), 12)
        columns = [max(len(name), 15) for name in names]
        print(f"  {'infusions, every':<{width}}  " + "  ".join(f"{name:>{w}}" for name, w in zip(names, columns)) + "  event of grade 3+ %")
        for count in infusions:
            for interval in intervals if count > 1 else [0.0]:
                strategy = cells.get((count, interval))
                if strategy is None:
                    continue
                label = f"{count}, {interval:g} d" if count > 1 else "1, at once"
                values = [with_error(*rows[stratum + (strategy,)][:2]) for stratum in strata]
                print(f"  {label:<{width}}  " + "  ".join(f"{value:>{w}}" for value, w in zip(values, columns)) + f"  {with_error(*serious[strategy]):>19}")


def draw_panel(axes, cells, values, scale, colours, contrast):
    infusions = sorted({key[0] for key in cells})
    intervals = sorted({key[1] for key in cells if key[0] > 1}) or [0.0]
    first = min(cells)
    for (count, interval), strategy in cells.items():
        mean, mcse, _ = values[strategy]
        shown = mean - values[cells[first]][0] if contrast else mean
        whole_row = count == 1
        x = 0 if whole_row else intervals.index(interval)
        width = len(intervals) if whole_row else 1
        y = infusions.index(count)
        colour = colours(scale(shown))
        axes.add_patch(Rectangle((x, y), width, 1, facecolor=colour, edgecolor="white", linewidth=1.5))
        dark = np.dot(colour[:3], [0.299, 0.587, 0.114]) < 0.55
        ink = "white" if dark else "#202020"
        lines = with_error(mean, mcse)
        if contrast and (count, interval) != first:
            lines += f"\n({shown:+.{2 if scale.vmax >= 0.5 else 3}f})"
        elif not whole_row:
            lines = lines.replace(" ±", "\n±")
        axes.text(x + width / 2, y + 0.5, lines, ha="center", va="center", fontsize=7.5, color=ink, linespacing=1.2)
    axes.set_xlim(0, len(intervals))
    axes.set_ylim(len(infusions), 0)
    axes.set_xticks(np.arange(len(intervals)) + 0.5, [f"{interval:g}" for interval in intervals])
    axes.set_yticks(np.arange(len(infusions)) + 0.5, [str(count) for count in infusions])
    axes.tick_params(length=0, labelsize=8)
    for spine in axes.spines.values():
        spine.set_visible(False)


def draw(result, grid, strata, rows, scenario, endpoint, visit, colour, notice):
    contrast = colour == "contrast"
    name, units = SCORES.get(endpoint, (endpoint, ""))
    shown = []
    for stratum in strata:
        for _, cells in grid:
            first = rows[stratum + (cells[min(cells)],)][0] if contrast else 0.0
            shown += [rows[stratum + (strategy,)][0] - first for strategy in cells.values()]
    reach = max(max(map(abs, shown)), 1e-12)
    negative = min(shown) < 0
    scale = matplotlib.colors.Normalize(-reach if contrast or negative else 0, reach)
    colours = matplotlib.colormaps["PuOr_r" if contrast else "RdBu_r" if negative else "YlGnBu"]
    widths = [max(len({key[1] for key in cells if key[0] > 1}), 2) for _, cells in grid]
    figure, axes = plt.subplots(len(strata), len(grid), squeeze=False, width_ratios=widths, layout="constrained",
                                figsize=(1.6 + 0.85 * sum(widths), 2.0 + 1.75 * len(strata)))
    for row, stratum in enumerate(strata):
        n = rows[stratum + (next(iter(grid[0][1].values())),)][2]
        for column, (title, cells) in enumerate(grid):
            panel = axes[row][column]
            draw_panel(panel, cells, {strategy: rows[stratum + (strategy,)] for strategy in cells.values()}, scale, colours, contrast)
            if row == 0:
                panel.set_title(title, fontsize=10)
            if row == len(strata) - 1:
                panel.set_xlabel("days between infusions", fontsize=9)
            if column == 0:
                panel.set_ylabel(f"{result.readable(*stratum)}\nn = {n:,}\ninfusions", fontsize=9)
    bar = figure.colorbar(matplotlib.cm.ScalarMappable(scale, colours), ax=axes, shrink=min(1.0, 2.4 / len(strata) + 0.2), pad=0.015, aspect=30)
    what = f"{name} against the fewest infusions of the panel" if contrast else f"{name} gained over {result.reference}"
    bar.set_label(f"{what} [{units}]", fontsize=9)
    bar.ax.tick_params(labelsize=8)
    brackets = "; in brackets: against the fewest infusions" if contrast else ""
    head(figure, result.title, f"Evidence: {scenario}. {name} at {visit:g} months: mean gain over {result.reference} in the same children"
                               f" ± Monte Carlo standard error{brackets}.")
    foot(figure, f"{notice}{FOOTER} ± is simulation error only, not what is unknown about the therapy.\n{result.origin()}")
    return figure


def main():
    options = arguments()
    result = ResultFile(options.result)
    table = result.table("cohort/increments")
    endpoint = pick(options.endpoint or in_order(table["endpoint"])[0], in_order(table["endpoint"]), "endpoint", result.path)
    visits = in_order(table["visit_months"])
    visit = pick(options.visit if options.visit is not None else max(visits), visits, "visit", result.path)
    scenarios = in_order(table["scenario"])
    chosen = [pick(options.scenario, scenarios, "scenario", result.path)] if options.scenario else scenarios
    strata = result.strata(options.strata)
    grid = panels(result)
    drawn = {strategy for _, cells in grid for strategy in cells.values()} | {result.reference}
    notice = left_out([name for name in in_order(table["strategy"]) if name not in drawn],
                      "a heat map has schedules of one cell and route that differ in infusions and interval. trajectories.py draws any strategy.")
    for scenario in chosen:
        part = table.where(scenario=scenario, endpoint=endpoint, visit_months=visit)
        keys = zip(part["stratification"].tolist(), part["stratum"].tolist(), part["strategy"].tolist())
        rows = dict(zip(keys, zip(part["mean"].tolist(), part["mcse"].tolist(), part["n"].tolist())))
        rows |= {stratum + (result.reference,): (0.0, 0.0, 0) for stratum in strata}
        there = [stratum for stratum in strata if all(stratum + (strategy,) in rows for _, cells in grid for strategy in cells.values())]
        if not there:
            refuse(f"{result.path} has no patients in these strata (each of them is empty). Choose others with --strata.")
        if options.text:
            name, units = SCORES.get(endpoint, (endpoint, ""))
            print_text(result, grid, there, rows, scenario, f"\nEvidence: {scenario}. {name} gained over {result.reference} at {visit:g} months [{units}], mean ± Monte Carlo standard error")
            continue
        figure = draw(result, grid, there, rows, scenario, endpoint, visit, options.colour, notice)
        source = pathlib.Path(options.result)
        folder = pathlib.Path(options.output) if options.output else source.parent
        kind = "heatmap" if options.colour == "gain" else "contrast"
        save(figure, folder / f"{source.stem}-{kind}-{scenario}.png")
        plt.close(figure)


if __name__ == "__main__":
    run(main)
