"""Reflex and exposure to spasticity, sedation and other clinical scales."""
