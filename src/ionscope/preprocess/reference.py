"""The one-line reading of a spectrum: the real part of Z where the phase is smallest."""

from __future__ import annotations

import numpy as np


def read_off(frequency: np.ndarray, impedance: np.ndarray, mask: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
    """Re Z at minimum |phase|, the practitioner's estimate of the total ionic resistance.

    Parameters
    ----------
    frequency : (f,) Hz
    impedance : (..., f) complex ohm
    mask : (..., f) False where there is no point; all points where not given

    Returns
    -------
    resistance (...,) ohm, its frequency (...,) Hz and index (...,)
    """
    angle = np.abs(np.angle(impedance))
    if mask is not None:
        angle = np.where(mask, angle, np.inf)
    index = angle.argmin(axis=-1)
    at = np.take_along_axis(impedance, index[..., None], axis=-1)[..., 0]
    # Beyond 90 degrees the real part is negative and no resistance; the modulus keeps the reading defined.
    return np.where(at.real > 0, at.real, np.abs(at)), frequency[index], index
