"""GABA-B read-outs to stretch-reflex gain."""
