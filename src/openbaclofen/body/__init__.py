"""Dose to concentration: gut, plasma, kidney, spinal fluid, as a graph of compartments with exact propagators."""
