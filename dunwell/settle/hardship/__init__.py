"""Who cannot pay for now: income and expenditure, and the relief that follows from them."""
