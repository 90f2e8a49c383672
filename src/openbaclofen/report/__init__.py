"""A plan, a verdict or a course to terminal text, JSON and figures."""
