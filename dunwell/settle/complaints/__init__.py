"""Complaints: the dossier of each, its clocks, and independent mediation."""
