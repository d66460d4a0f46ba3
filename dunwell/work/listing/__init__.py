"""Listing: the work list, made anew from every plan, with the clock of each case."""
