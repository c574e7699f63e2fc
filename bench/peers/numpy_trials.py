"""Two trials of bench/peers in vectorised NumPy, the way a statistician writes them: trials per second of one core.

usage: numpy_trials.py w1|w4
"""
import sys
import time

import numpy as np

CHUNK = 2000


def w1(rng, trials):
    """ANCOVA of 2 x 100 in closed form."""
    rejected = 0
    arm = np.tile([0.0, 1.0], 100)
    a = arm - arm.mean()
    for _ in range(trials // CHUNK):
        x = rng.standard_normal((CHUNK, 200))
        y = 0.433 * x + 0.35 * arm + 0.75 * rng.standard_normal((CHUNK, 200))
        x -= x.mean(1, keepdims=True)
        y -= y.mean(1, keepdims=True)
        xx, xy, yy = (x * x).sum(1), (x * y).sum(1), (y * y).sum(1)
        ax, ay, aa = x @ a, y @ a, a @ a
        determinant = aa * xx - ax * ax
        effect = (xx * ay - ax * xy) / determinant
        slope = (aa * xy - ax * ay) / determinant
        variance = (yy - effect * ay - slope * xy) / 197 * xx / determinant
        rejected += (np.abs(effect) >= 1.9720790337760211 * np.sqrt(variance)).sum()
    return rejected / trials


def w4(rng, trials):
    """Three looks at 50, 100 and 150 an arm, t against its critical values."""
    bounds = {100: 3.7103, 200: 2.5114, 300: 1.9930}
    rejected = 0
    for _ in range(trials // CHUNK):
        control = rng.standard_normal((CHUNK, 150))
        active = 0.35 + rng.standard_normal((CHUNK, 150))
        going = np.ones(CHUNK, bool)
        for n, bound in bounds.items():
            c, t = control[:, : n // 2], active[:, : n // 2]
            difference = t.mean(1) - c.mean(1)
            pooled = (t.var(1, ddof=1) + c.var(1, ddof=1)) / 2
            crosses = going & (np.abs(difference) >= bound * np.sqrt(pooled * 4 / n))
            rejected += crosses.sum()
            going &= ~crosses
    return rejected / trials


def main():
    work = {"w1": w1, "w4": w4}[sys.argv[1]]
    rng = np.random.Generator(np.random.PCG64(1))
    work(rng, 2 * CHUNK)
    trials = 100 * CHUNK
    began = time.process_time()
    power = work(rng, trials)
    print(f"{trials / (time.process_time() - began):.0f} {power:.4f}")


if __name__ == "__main__":
    main()
