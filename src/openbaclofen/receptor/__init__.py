"""Concentration to GABA-B read-outs."""
