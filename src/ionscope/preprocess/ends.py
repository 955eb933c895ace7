"""An end of a spectrum that no causal cell shows: above an instrument's bandwidth, below a signal's noise.

Where one half of a spectrum obeys the Kramers-Kronig relations and the whole does not, the other half holds what breaks
them. As much of it as still obeys them together with the sound half is kept.
"""

from __future__ import annotations

import numpy as np

from ionscope.kramers_kronig import kramers_kronig

WORSE = 2.5
"""How much rougher than its sound half a spectrum has to be."""

FLOOR = 0.004
"""Of |Z|: roughness that is never cut off."""

_FEWEST = 8  # points of the sound half; fewer follow from a causal cell whatever they are
_SLACK = 1.3  # times the roughness of the sound half, for what is kept
_MARGIN = 2  # points; a bad one at the very end of what is kept would not show
_FEWEST_OUTLIERS = 2  # and
_CROWDED = 0.3  # share of them in a bad end, if there are any outliers at all; others are single points


def sound_part(frequency: np.ndarray, impedance: np.ndarray, noise: float, outliers: np.ndarray) -> np.ndarray:
    """(f,) bool: the points of ``impedance (f,)`` without its rough end; all of them where there is none.

    Where either end could be blamed, as for a jump in the middle, it is the shorter one.

    Parameters
    ----------
    noise : relative noise of the whole spectrum by the Kramers-Kronig test, outliers included
    outliers : (f,) bool; few of them, or scattered ones, are left to be treated as single points
    """
    count = frequency.size
    sound = np.ones(count, dtype=bool)
    if noise < FLOOR:
        return sound
    found = []
    for at_top in (True, False):
        cut = _rough_points(frequency, impedance, noise, at_top)
        crowded = outliers[_end(count, cut, at_top)].sum() >= max(_FEWEST_OUTLIERS, _CROWDED * cut)
        if cut and (crowded or not outliers.any()):
            found.append((cut, at_top))
    if found:
        cut, at_top = min(found)
        cut = min(cut + _MARGIN, count // 2)
        sound[_end(count, cut, at_top)] = False
    return sound


def _end(count: int, cut: int, at_top: bool) -> slice:
    """The `cut` highest or lowest of `count` points in order of frequency."""
    return slice(count - cut, count) if at_top else slice(0, cut)


def _rough_points(frequency: np.ndarray, impedance: np.ndarray, noise: float, at_top: bool) -> int:
    """How many points have to go at an end for the rest to be nearly as smooth as the other half; 0 if none have to."""
    count = frequency.size
    most = count // 2
    if count - most < _FEWEST:
        return 0

    def roughness(cut: int) -> float:
        kept = _end(count, count - cut, not at_top)
        return float(kramers_kronig(frequency[kept], impedance[kept]).noise[0])

    least = roughness(most)
    limit = max(_SLACK * least, FLOOR)
    if noise < max(WORSE * least, limit):
        return 0
    enough, too_few = most, 0
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if roughness(middle) <= limit:
            enough = middle
        else:
            too_few = middle
    return enough
