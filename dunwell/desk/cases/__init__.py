"""Cases on the desk: relief, disputes, complaints, and the rest after distress."""
