"""Screens: pictures of every page, taken in a house of their own."""
