"""How likely: frozen scorecards turn a portrait into a probability."""
