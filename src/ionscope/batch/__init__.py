"""Many files at once: which to read, what was read, the series among them, and tables of it all."""
