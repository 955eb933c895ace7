"""What `spikes.py` says of electrodes that are known."""

import numpy as np
from spikes import ELECTRODES, fit, spike

from ionscope.circuits.elements import constant_phase, parallel, resistor

FREQUENCY = np.geomspace(0.1, 1e6, 57)
OMEGA = 2 * np.pi * FREQUENCY


def test_the_electrode_that_made_a_spike_describes_it_and_a_simpler_one_does_not():
    unlike = constant_phase(OMEGA, 4e-7, 0.8) + constant_phase(OMEGA, 3e-7, 0.95)
    electrode = parallel(unlike, constant_phase(OMEGA, 6e-8, 0.4))
    omega, z, resistance = spike(FREQUENCY, resistor(OMEGA, 1000.0) + electrode)
    left = {name: fit(name, omega, z, resistance)[0] for name in ELECTRODES}
    assert left["unlike sides and a leak"] < 1e-3
    assert min(left["one constant phase element"], left["unlike sides"], left["one and a leak"]) > 3e-3


def test_one_constant_phase_element_is_found_again():
    z = resistor(OMEGA, 1000.0) + constant_phase(OMEGA, 2e-7, 0.88)
    rms, [(q, n)] = fit("one constant phase element", *spike(FREQUENCY, z))
    assert rms < 1e-6
    np.testing.assert_allclose([q, n], [2e-7, 0.88], rtol=1e-4)
