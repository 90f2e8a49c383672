"""What was given, as dated events: sig text, steps, tablets, tapers."""
