"""A decision analysis by brute force, independent of the engine: exact fractions, and definitions instead of algorithms.

A strategy is on the frontier when some willingness to pay makes its mean net benefit the largest; it is strongly dominated when another one costs
no more, achieves no less and differs; otherwise it is extendedly dominated.
Usage: brute_force.py PSA.csv k [reference] prints what `vcohort decide` should.
"""
import csv
import sys
from fractions import Fraction


def read(path):
    """{draw: {strategy: (cost, effect)}} in the order of the file."""
    draws = {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            draws.setdefault(row["draw"], {})[row["strategy"]] = (Fraction(row["cost"]), Fraction(row["effect"]))
    return draws


def means(draws):
    names = list(next(iter(draws.values())))
    return {name: tuple(sum(draw[name][part] for draw in draws.values()) / len(draws) for part in (0, 1)) for name in names}


def frontier(points, reference):
    """{strategy: (status, icer or None)}"""
    found, alive = {}, []
    order = [reference] + [name for name in points if name != reference]
    for name in points:
        cost, effect = points[name]
        earlier = order[:order.index(name)]
        if any(c <= cost and e >= effect and (c, e) != (cost, effect) for c, e in points.values()):
            found[name] = ("strongly dominated", None)
        elif any(points[other] == points[name] for other in earlier):
            found[name] = ("tied", None)
        else:
            alive.append(name)
    crossings = {Fraction(0)}
    for one in alive:
        for other in alive:
            if points[one][1] > points[other][1]:
                crossings.add((points[one][0] - points[other][0]) / (points[one][1] - points[other][1]))
    crossings = sorted(k for k in crossings if k >= 0)
    tried = crossings + [(a + b) / 2 for a, b in zip(crossings, crossings[1:])] + [crossings[-1] + 1]
    best = set()
    for k in tried:
        benefit = {name: k * points[name][1] - points[name][0] for name in alive}
        top = max(benefit.values())
        best |= {name for name in alive if benefit[name] == top}
    kept = sorted(best, key=lambda name: points[name][0])
    for before, name in zip([None] + kept, kept):
        icer = None
        if before is not None:
            icer = (points[name][0] - points[before][0]) / (points[name][1] - points[before][1])
        found[name] = ("frontier", icer)
    for name in alive:
        found.setdefault(name, ("extendedly dominated", None))
    return found


def at(draws, k, reference=None):
    """{strategy: (nmb, ceac, expected loss)}, with ties shared; what is the reference in every draw takes no share."""
    k = Fraction(k)
    names = list(next(iter(draws.values())))
    nmb, ceac, loss = ({name: Fraction(0) for name in names} for _ in range(3))
    alike = {name for name in names if reference and name != reference and all(draw[name] == draw[reference] for draw in draws.values())}
    for draw in draws.values():
        benefit = {name: k * draw[name][1] - draw[name][0] for name in names}
        top = max(benefit.values())
        winners = [name for name in names if benefit[name] == top and name not in alike]
        for name in names:
            nmb[name] += benefit[name] / len(draws)
            loss[name] += (top - benefit[name]) / len(draws)
            if name in winners:
                ceac[name] += Fraction(1, len(winners) * len(draws))
    return {name: (nmb[name], ceac[name], loss[name]) for name in names}


if __name__ == "__main__":
    table = read(sys.argv[1])
    points = means(table)
    places = frontier(points, sys.argv[3] if len(sys.argv) > 3 else next(iter(points)))
    values = at(table, sys.argv[2])
    for name in points:
        status, icer = places[name]
        print(name, *map(float, points[name]), status, "NA" if icer is None else float(icer), *map(float, values[name]), sep=",")
