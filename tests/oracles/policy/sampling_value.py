#!/usr/bin/python3
"""Expected value of sample information in closed form, for tests/engine/policy/research.

A strategy has the net benefit k theta - c over its reference. theta ~ N(mu0, s0^2); a trial of n gives a mean ~ N(theta, sigma^2 / n).
The posterior mean of theta is N(mu0, v^2) before the trial, v^2 = s0^4 / (s0^2 + sigma^2 / n), and with u = |k mu0 - c| / (k v)
EVSI = k v (phi(u) - u Phi(-u)), the unit normal loss (Raiffa & Schlaifer 1961). Each value is integrated numerically as well.
"""
from mpmath import inf, mp, mpf, ncdf, npdf, quad, sqrt

mp.dps = 20
K, COST, MEAN, SD, SIGMA = mpf(20000), mpf(1500), mpf("0.1"), mpf("0.2"), mpf(1)


def evsi(n):
    v = SD if n == inf else SD ** 2 / sqrt(SD ** 2 + SIGMA ** 2 / n)
    centre = K * MEAN - COST
    u = abs(centre) / (K * v)
    closed = K * v * (npdf(u) - u * ncdf(-u))
    best = quad(lambda x: max(0, K * x - COST) * npdf(x, MEAN, v), [MEAN - 12 * v, COST / K, MEAN + 12 * v])
    assert abs(best - max(0, centre) - closed) < mpf("1e-9"), (n, best, closed)
    return closed


def discounted(rate, report, end):
    """Middle of each part of a calendar year."""
    total, begin = mpf(0), mpf(report)
    while begin < end:
        to = min(mpf(end), mp.floor(begin) + 1)
        total += (to - begin) * (1 + mpf(rate)) ** -((begin + to) / 2)
        begin = to
    return total


for size in (1, 10, 25, 100, 400, 10000, inf):
    print("evsi", size, mp.nstr(evsi(size), 12))
print("patients", mp.nstr(500 * mpf("0.4") * discounted("0.03", mpf(30) / 12, 10), 12))
