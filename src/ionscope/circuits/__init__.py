"""Circuit fits: the peers of a learned answer, and one of the methods when a laboratory file is read.

>>> import numpy as np
>>> from ionscope.circuits import fit_circuit
>>> from ionscope.circuits.elements import constant_phase, resistor, series
>>> frequency = np.geomspace(0.1, 1e4, 51)
>>> omega = 2 * np.pi * frequency
>>> fit = fit_circuit(frequency, series(resistor(omega, 500.0), constant_phase(omega, 1e-5, 0.9)))
>>> round(fit.resistance, 3), str(fit.circuit), fit.electrode
(500.0, 'R-Q', 'blocking')
"""

from ionscope.circuits.circuit import Circuit
from ionscope.circuits.fit import CircuitFit, Element, fit_circuit

__all__ = ["Circuit", "CircuitFit", "Element", "fit_circuit"]
