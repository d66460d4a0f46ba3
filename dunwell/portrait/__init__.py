"""Who is this customer: positions and the dimensions of the portrait."""
