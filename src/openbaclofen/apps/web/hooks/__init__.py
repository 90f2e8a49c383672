"""CDS Hooks 2.0: orders that a record system is about to make go in; cards come out."""
