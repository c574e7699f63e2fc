"""Budget impact by counting cohorts, independent of the engine: each cohort of one origin is followed by itself, in exact fractions.

A cohort is all children who became eligible in one year (or, of the backlog, who are of one age). It knows how many of it have not asked, how many
were put off, and when its turns came. Where the ages end within a year, those born early in a year are a cohort of their own, which is too old a year
before the others. Children who come back are cohorts of returns, known by the year in which they came back.
"""
from fractions import Fraction
from math import ceil


class Cohort:
    def __init__(self, children, age, backlog, last):
        self.silent, self.asking, self.age, self.backlog, self.last = children, Fraction(0), age, backlog, last

    def waits(self):
        return self.age <= self.last


def in_year(values, year):
    """Of a list, whose last value goes on, or of a number."""
    if not isinstance(values, (list, tuple)):
        return Fraction(values)
    return Fraction(values[year] if year < len(values) else values[-1])


def budget_flow(question, mix, with_cells, costs, survival):
    """One row per year. `mix` {strategy: share, or a list of it by year}; `costs` {strategy: [(treatment, care)] per year}, with key None for care without any effect."""
    f = Fraction
    low, high = map(f, question["age_years"])
    ages = max(1, ceil(high - low))
    survival = f(survival)
    entering = f(question["births_per_year"]) * f(question["prevalence_per_1000"]) / 1000 * f(question.get("eligible_share", 1)) \
        * f(float(survival) ** float(low))
    late = high - low - (ages - 1)  # the share of a year's children who are eligible in the oldest year of age
    origins = [(late, ages - 1), (1 - late, ages - 2)]
    cohorts = [Cohort(entering * share * survival ** (age + 1), age, True, last) for share, last in origins for age in range(last + 1)]
    if "backlog" in question:
        there = sum(cohort.silent for cohort in cohorts)
        for cohort in cohorts:
            cohort.silent *= f(question["backlog"]) / there
    whole_backlog = sum(cohort.silent for cohort in cohorts)
    pause, share = question.get("retreatment", (0, 0))
    cells = [strategy for strategy in mix if with_cells[strategy]]
    turns, returns, came_back, rows = [], [], [], []  # returns and came_back by strategy: children come back for what they had
    for year in range(question["years"]):
        cohorts += [Cohort(entering * share, 0, False, max(0, last)) for share, last in origins]  # everybody is eligible in the first year
        row = {"year": year + 1,
               "waiting_backlog": sum(c.silent + c.asking for c in cohorts if c.backlog and c.waits()),
               "waiting_births": sum(c.silent + c.asking for c in cohorts if not c.backlog and c.waits())}
        waiting = [c for c in cohorts if c.waits()]
        uptake = in_year(question["uptake"], year)
        back = {s: f(share) * in_year(mix[s], year - pause) * turns[year - pause] * survival ** pause if pause and year >= pause else f(0) for s in cells}
        old = sum(c.asking for c in waiting) + sum(sum(cohort.values()) for cohort in came_back)
        new = sum(c.silent * uptake for c in waiting) + sum(back.values())
        capacity = in_year(question["capacity"], year) if question.get("capacity") else old + new
        of_old = min(f(1), capacity / old) if old else f(0)
        left = capacity - of_old * old
        of_new = min(f(1), left / new) if new else f(0)
        row["asked"] = old + new
        row["turns_backlog"] = row["turns_births"] = f(0)
        for c in waiting:
            fresh = c.silent * uptake
            served = of_old * c.asking + of_new * fresh
            c.silent -= fresh
            c.asking += fresh - served
            row["turns_backlog" if c.backlog else "turns_births"] += served
        returns.append({s: of_old * sum(cohort[s] for cohort in came_back) + of_new * back[s] for s in cells})
        row["returns"] = sum(returns[-1].values())
        came_back = [{s: children * (1 - of_old) for s, children in cohort.items()} for cohort in came_back]
        came_back.append({s: children * (1 - of_new) for s, children in back.items()})
        row["put_off"] = sum(c.asking for c in waiting) + sum(sum(cohort.values()) for cohort in came_back)
        row["died"] = sum((c.silent + c.asking) * (1 - survival) for c in waiting)
        for c in waiting:
            c.silent, c.asking = c.silent * survival, c.asking * survival
        row["aged_out"] = sum(c.silent + c.asking for c in waiting if c.age == c.last)
        for c in cohorts:
            c.age += 1
        came_back = [{s: children * survival for s, children in cohort.items()} for cohort in came_back]
        turns.append(row["turns_backlog"] + row["turns_births"])
        treatment = care = f(0)
        for begun in range(year + 1):
            since = year - begun
            for strategy, part in mix.items():
                spent, cared = costs[strategy][since]
                treatment += in_year(part, begun) * turns[begun] * f(spent)
                care += in_year(part, begun) * turns[begun] * (f(cared) - f(costs[None][since][1]))
                if with_cells[strategy]:
                    treatment += returns[begun][strategy] * f(spent)
        row["treatment_cost"] = treatment
        row["care_cost"] = care + whole_backlog * f(costs[None][year][1]) \
            + sum(entering * f(costs[None][year - begun][1]) for begun in range(year + 1))
        rows.append(row)
    return rows
