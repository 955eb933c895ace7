"""From impedance spectra to what a network can learn from: smoothing, scaling, quality."""
