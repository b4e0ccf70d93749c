"""Known-wrong answers on activations."""
mistakes = []
