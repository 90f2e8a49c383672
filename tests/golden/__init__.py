"""Example cases go in; their plans, each beside its review, are compared with what a pharmacist read."""
