"""The one style of the figures: colours that everybody tells apart (Okabe & Ito 2008), a dash and a marker for each series, and what every script does alike."""
import argparse
import pathlib

from result_file import FOOTER, ResultFile, foot, head, in_order, pick, save

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

COLOURS = ["#0072b2", "#c14f00", "#00805e", "#9c4f86", "#8f6400", "#3a92cc", "#555b61"]
DASHES = ["-", (0, (7, 3)), (0, (2, 2)), (0, (9, 3, 2, 3)), (0, (4, 2)), (0, (12, 4)), (0, (1, 2))]
MARKERS = ["o", "s", "^", "D", "P", "*", "v"]
Z95 = 1.959964  # half a 95 % interval in standard errors
MOST = len(COLOURS)

plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.alpha": 0.25, "grid.linewidth": 0.5,
                     "legend.frameon": False, "legend.fontsize": 8, "lines.linewidth": 1.4, "lines.markersize": 4, "pdf.fonttype": 42})


def line(axes, place, x, y, half=None, label=None):
    """A series with its band of half a width to either side."""
    colour = COLOURS[place % MOST]
    if half is not None:
        axes.fill_between(x, y - half, y + half, color=colour, alpha=0.18, linewidth=0)
    axes.plot(x, y, color=colour, linestyle=DASHES[place % MOST], marker=MARKERS[place % MOST] if len(x) < 30 else None, label=label)


def parser(doc, examples, needs):
    made = argparse.ArgumentParser(description=doc, epilog=examples, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("result", help=f"result file of a study with {needs}")
    made.add_argument("-o", "--output", help="folder of the figures (default: that of the result)")
    made.add_argument("--scenario", help="only this stance (default: all, a figure each)")
    made.add_argument("--pdf", action="store_true", help="PDF instead of PNG")
    return made


def draw_each(options, path, kind, draw, size=(6.4, 4.4)):
    """A figure for each scenario of a table: `draw(axes, result, scenario)` returns the sentence below the title."""
    result = ResultFile(options.result)
    scenarios = in_order(result.table(path)["scenario"])
    if options.scenario:
        scenarios = [pick(options.scenario, scenarios, "scenario", options.result)]
    source = pathlib.Path(options.result)
    folder = pathlib.Path(options.output) if options.output else source.parent
    for scenario in scenarios:
        figure, axes = plt.subplots(figsize=size, layout="constrained")
        subtitle = draw(axes, result, scenario)
        head(figure, result.title, f"Scenario: {scenario}. {subtitle}")
        foot(figure, f"{FOOTER if 'parameters' in result.file else 'A research tool, no medical advice.'}\n{result.origin()}")
        save(figure, folder / f"{source.stem}-{kind}-{scenario.replace(' ', '-').replace('/', '-')}.{'pdf' if options.pdf else 'png'}")
        plt.close(figure)
