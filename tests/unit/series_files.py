"""Files of one pellet over temperature, and a reader of them that needs no model."""

import numpy as np
from cells import cell

from ionscope.reading import Estimate, Reading
from ionscope.series import INDEPENDENT

F = np.logspace(5, -1, 40)
EA, K = 0.4, 8.617333262e-5


class StubReader:
    """Reads Re Z at the lowest phase, as a reader would; refuses where the specimen's name says so."""

    series_errors = INDEPENDENT

    def read(self, spectrum, shape_spread=0.0):
        if spectrum.specimen == "broken":
            raise ZeroDivisionError("as a bug would")
        z = spectrum.impedance
        value = float(z.real[np.argmin(np.abs(np.angle(z)))])
        resistance = Estimate(value, value / 1.1, value * 1.1)
        sigma = None
        if spectrum.thickness and spectrum.area:
            s = spectrum.thickness / spectrum.area / value
            sigma = Estimate(s, s / 1.1, s * 1.1)
        verdict = "refuse" if spectrum.specimen == "refused" else "ok"
        return Reading(spectrum, resistance, sigma, value, verdict, ("because",), {}, {}, shape_spread)


def write(path, resistance=1e3, *lines):
    z = cell(F, resistance)
    rows = [f"{f:.9g},{v.real:.9g},{v.imag:.9g}" for f, v in zip(F, z, strict=True)]
    path.write_text("\n".join([*lines, "f/Hz,Re(Z)/ohm,Im(Z)/ohm", *rows, ""]))
    return str(path)


def resistance_at(celsius):
    t = celsius + 273.15
    return 1e3 * t / 298.15 * np.exp(EA / K * (1 / t - 1 / 298.15))
