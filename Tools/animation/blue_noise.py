"""Makes the 64 x 64 blue-noise mask of Sources/Media/GIF/BlueNoiseTable.swift.

Void and cluster (Ulichney 1993) on a torus with a Gaussian of sigma 1.9. Run it and redirect the output into the table:

    python3 blue_noise.py > ../../Sources/Media/GIF/BlueNoiseTable.swift
"""

import numpy as np

SIDE = 64
SIGMA = 1.9
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def gaussian():
    """The energy that one point spreads over the torus, with its peak at (0, 0)."""
    distance = np.minimum(np.arange(SIDE), SIDE - np.arange(SIDE))
    squared = distance[:, None] ** 2 + distance[None, :] ** 2
    return np.exp(-squared / (2 * SIGMA**2))


KERNEL = gaussian()


def spread(point):
    return np.roll(KERNEL, point, axis=(0, 1))


def tightest(points, energy):
    """The set point in the densest cluster."""
    return np.unravel_index(np.argmax(np.where(points, energy, -np.inf)), points.shape)


def emptiest(points, energy):
    """The free point in the largest void."""
    return np.unravel_index(np.argmin(np.where(points, np.inf, energy)), points.shape)


def starting_pattern(random):
    """A tenth of the points, moved from clusters into voids until nothing moves any more."""
    points = np.zeros((SIDE, SIDE), bool)
    points.flat[random.choice(SIDE * SIDE, SIDE * SIDE // 10, replace=False)] = True
    energy = sum(spread(point) for point in np.argwhere(points))
    while True:
        cluster = tightest(points, energy)
        points[cluster] = False
        energy = energy - spread(cluster)
        void = emptiest(points, energy)
        points[void] = True
        energy = energy + spread(void)
        if void == cluster:
            return points, energy


def ranks():
    """The order in which the points of the mask are switched on."""
    first, first_energy = starting_pattern(np.random.default_rng(0))
    rank = np.zeros((SIDE, SIDE), int)

    points, energy = first.copy(), first_energy.copy()
    for number in range(points.sum() - 1, -1, -1):
        cluster = tightest(points, energy)
        points[cluster] = False
        energy -= spread(cluster)
        rank[cluster] = number

    points, energy = first.copy(), first_energy.copy()
    for number in range(points.sum(), SIDE * SIDE):
        void = emptiest(points, energy)
        points[void] = True
        energy += spread(void)
        rank[void] = number
    return rank


def main():
    print("/// The ranks of the 64 x 64 blue-noise mask, made by Tools/animation/blue_noise.py: two base-64 digits a point,")
    print("/// the larger first, two lines a row.")
    print('let blueNoiseTable = """')
    for row in ranks():
        digits = "".join(DIGITS[rank // 64] + DIGITS[rank % 64] for rank in row)
        print("  " + digits[:64])
        print("  " + digits[64:])
    print('  """')


if __name__ == "__main__":
    main()
