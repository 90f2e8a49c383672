"""Sourced hard rules on (patient, dose): a verdict and its reasons; no model, no jax."""
