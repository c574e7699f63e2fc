#!/usr/bin/python3
"""Cost-effectiveness plane: increments over the reference in every parameter draw, with ellipses."""
import numpy as np

from style import COLOURS, MARKERS, MOST, draw_each, parser
from result_file import left_out, run

EXAMPLES = """
how to read it
  Dots are parameter draws, large markers means. An ellipse holds 95 % of the draws if they are normal; its mean and standard deviations
  are those of policy/summary, from which the noise of the draws' patients is taken out. Below the line a strategy is worth its cost.

examples
  plane.py four-low-or-one-high.h5                              four-low-or-one-high-plane-published.png, ...
"""
CHI_SQUARE_95 = 5.991465  # two degrees of freedom


def ellipse(mean, sd, correlation):
    angle = np.linspace(0, 2 * np.pi, 100)
    radius = np.sqrt(CHI_SQUARE_95)
    across = np.cos(angle)
    up = correlation * np.cos(angle) + np.sqrt(max(0.0, 1 - correlation**2)) * np.sin(angle)
    return mean[0] + radius * sd[0] * across, mean[1] + radius * sd[1] * up


def main():
    options = parser(__doc__, EXAMPLES, "[policy]").parse_args()

    def draw(axes, result, scenario):
        policy = result.study["policy"]
        draws = result.table("policy/draws").where(scenario=scenario)
        summary = result.table("policy/summary").where(scenario=scenario)
        reference = draws.where(strategy=policy["reference"])
        names = [name for name in summary["strategy"].tolist() if name != policy["reference"]]
        for place, name in enumerate(names[:MOST]):
            rows, total = draws.where(strategy=name), summary.where(strategy=name)
            effect, cost = rows["effect"] - reference["effect"], rows["cost"] - reference["cost"]
            mean = (total["effect_increment"][0], total["cost_increment"][0])
            sd = (total["effect_increment_sd"][0], total["cost_increment_sd"][0])
            spread = np.std(effect) * np.std(cost)
            correlation = float(np.mean((effect - effect.mean()) * (cost - cost.mean())) / spread) if spread > 0 else 0.0
            axes.plot(effect, cost, ".", markersize=1.6, alpha=0.35, color=COLOURS[place])
            axes.plot(*ellipse(mean, sd, correlation), color=COLOURS[place], linewidth=1.3)
            axes.plot(*mean, MARKERS[place], color=COLOURS[place], markersize=7, markeredgecolor="white", markeredgewidth=0.5, label=name)
        low, high = axes.get_xlim()
        bottom, top = axes.get_ylim()
        threshold = policy["thresholds"][0]
        axes.plot([low, high], [threshold * low, threshold * high], color="#1b1f24", linestyle="--", linewidth=0.9, label=f"{threshold:,} {policy['currency']} per unit of effect")
        axes.axhline(0, color="#5b6570", linewidth=0.8)
        axes.axvline(0, color="#5b6570", linewidth=0.8)
        axes.set(xlim=(low, high), ylim=(min(bottom, 0), top), xlabel="incremental effect per child", ylabel=f"incremental cost [{policy['currency']} per child]")
        axes.yaxis.set_major_formatter(lambda cost, _: f"{cost:,.0f}")
        axes.legend(loc="best")
        return left_out(names[MOST:], f"{MOST} fit into a figure.") + f"Over {policy['reference']}."

    draw_each(options, "policy/summary", "plane", draw)


if __name__ == "__main__":
    run(main)
