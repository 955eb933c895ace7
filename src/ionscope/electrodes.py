"""What the electrodes of a cell are to the ions that it conducts, as a laboratory states it."""

BLOCKING, REVERSIBLE = ELECTRODES = "blocking", "reversible"
"""Nothing passes (gold, steel, carbon), or the ions do (lithium metal)."""
