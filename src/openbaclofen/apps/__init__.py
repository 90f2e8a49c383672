"""Thin faces: the command line."""
