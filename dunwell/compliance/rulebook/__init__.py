"""The rulebooks as dated data: their shape, reading them, their cases, and the page that shows them."""
