"""The JSON form of a reading, as programs may rely on it."""

KEYS = {
    *("file", "specimen", "material", "electrodes", "points", "frequency_min_hz", "frequency_max_hz", "temperature_c"),
    *("thickness_cm", "area_cm2"),
    *("resistance_total_ohm", "sigma_total_s_cm", "read_off_ohm", "methods", "left_out_hz", "taken_off"),
    *("trust", "notes", "assumptions", "model"),
}
