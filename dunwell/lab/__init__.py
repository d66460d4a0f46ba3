"""What would happen if: virtual customers and sample portfolios."""
