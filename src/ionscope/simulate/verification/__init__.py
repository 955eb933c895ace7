"""The simulator checked against what is known without it: closed forms, orders of convergence, conservation laws."""
