"""How the models are held against what was published: cases, predictions, a freeze, scores."""
