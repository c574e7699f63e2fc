"""Numbers that tests/engine/therapy/beside_cells_test.cpp holds: the rehabilitation term by numerical quadrature, 40 digits.

    S(t) = rho m (30.4375 / 7) integral over u < t of (h(u) - h0) exp(-(t - u) / tau) du
    R(t) = Rmax (1 - exp(-S / Rmax)) where S >= 0, else S

straight from the definition: h(u) is the sum of the hours of all blocks that are active at u, and h0 where none is; where several
are, m is that of the block that began first for the hours of usual care that they displace, and each block's own for its hours.

    python3 rehabilitation.py     prints the rows of the table `cases`
"""
from mpmath import exp, inf, mp, mpf, quad

mp.dps = 40
WEEK = mpf(7) / mpf("30.4375")  # months
RHO, TAU, RMAX, H0 = mpf("0.02"), mpf(12), mpf(8), mpf(1)
FLOOR, MIDPOINT, SLOPE, REFERENCE = mpf("0.5"), mpf(5), mpf("1.2"), mpf(4)

# hours a week, weeks (None: without end), repeat, every weeks, start [months]
CASES = {
    "ten hours for a year": [(10, 52, 1, 0, 0)],
    "two blocks, the second later": [(12, 6, 2, 26, 1)],
    "overlapping": [(4, 30, 1, 0, 0), (9, 8, 2, 12, 2)],
    "same start": [(3, 10, 1, 0, 3), (5, 20, 1, 0, 3)],
    "nothing at all": [(0, None, 1, 0, 0)],
    "a little always and more at times": [(2, None, 1, 0, 0), (20, 2, 5, 13, 1.5)],
}
VISITS = [mpf(v) for v in ("0.5", "3", "6", "12", "30")]
AGE, SEVERITY, FACTOR = mpf("2.75"), mpf("0.8"), mpf("1.3")


def age_factor(age):
    def raw(a):
        return FLOOR + (1 - FLOOR) / (1 + exp((a - MIDPOINT) / SLOPE))

    return raw(age) / raw(REFERENCE)


def blocks(case):
    found = []
    for hours, weeks, repeat, every, start in case:
        for k in range(repeat):
            begin = mpf(start) + k * every * WEEK
            found.append((begin, begin + weeks * WEEK if weeks is not None else inf, mpf(hours)))
    return found


def integrand(u, t, all_blocks):
    active = [block for block in all_blocks if block[0] <= u < block[1]]
    if not active:
        return mpf(0)
    first = min(active, key=lambda block: block[0])
    gain = sum(hours * age_factor(AGE + begin / 12) for begin, _, hours in active) - H0 * age_factor(AGE + first[0] / 12)
    return gain * exp(-(t - u) / TAU)


def points(case, t):
    all_blocks = blocks(case)
    edges = sorted({mpf(0), t} | {edge for block in all_blocks for edge in block[:2] if edge < t})
    total = sum(quad(lambda u: integrand((u if u < right else left), t, all_blocks), [left, right]) for left, right in zip(edges, edges[1:]))
    s = RHO * SEVERITY * FACTOR * (mpf("30.4375") / 7) * total
    return RMAX * (1 - exp(-s / RMAX)) if s >= 0 else s


def main():
    for name, case in CASES.items():
        print(f'    {{"{name}", {{{", ".join(mp.nstr(points(case, t), 17) for t in VISITS)}}}}},')


if __name__ == "__main__":
    main()
