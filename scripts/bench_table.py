#!/usr/bin/python3
"""One table of Google Benchmark results in JSON: name, figure, unit, spread (coefficient of variation over repetitions)."""
import json
import pathlib
import platform
import sys


def scaled(value, unit):
    if unit == "s":
        for factor, name in ((1, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")):
            if value >= factor or name == "ns":
                return f"{value / factor:.3g}", name
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.3g}", prefix + unit
    return f"{value:.3g}", unit


def figures(benchmark):
    """Counters where there are any, otherwise the time of one iteration: [(suffix, value, unit)]."""
    known = {"name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions", "threads", "aggregate_name",
             "aggregate_unit", "iterations", "real_time", "cpu_time", "time_unit", "label"}
    counters = [(name, value) for name, value in benchmark.items() if name not in known and isinstance(value, (int, float))]
    if not counters:
        seconds = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}[benchmark["time_unit"]]
        return [("", benchmark["real_time"] * seconds, "s")]
    units = {"items_per_second": "items/s", "bytes_per_second": "B/s"}
    return [(name, value, units.get(name, "s" if name.startswith("per_") else "")) for name, value in counters]


def main():
    rows = [("benchmark", "figure", "unit", "spread")]
    context = {}
    for path in sys.argv[1:]:
        report = json.loads(pathlib.Path(path).read_text())
        context = report["context"]
        by_name = {}
        for benchmark in report["benchmarks"]:
            by_name.setdefault(benchmark["run_name"], {})[benchmark.get("aggregate_name", "mean")] = benchmark
        for name, aggregates in by_name.items():
            spread = dict((suffix, value) for suffix, value, _ in figures(aggregates["cv"])) if "cv" in aggregates else {}
            for suffix, value, unit in figures(aggregates.get("median", aggregates.get("mean"))):
                text, shown = scaled(value, unit)
                label = suffix if suffix and suffix not in ("items_per_second", "bytes_per_second") else ""
                if "cv" in aggregates and not label and not suffix:
                    cv = aggregates["cv"]["real_time"]
                else:
                    cv = spread.get(suffix)
                rows.append((f"{name} {label}".strip(), text, shown, f"{100 * cv:.1f} %" if cv is not None else "-"))
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    for row in rows:
        print(f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]:>{widths[3]}}")
    cpu = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.machine())
    print(f"\nmachine: {cpu}, {context.get('num_cpus')} processors, load {', '.join(f'{x:.1f}' for x in context.get('load_avg', []))}, {context.get('date')}")
    print("figure: median over repetitions; spread: standard deviation / mean")


if __name__ == "__main__":
    main()
