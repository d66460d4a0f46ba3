"""How long a claim, a guarantee, a record, a notice may live: clocks from dated law, each with its reasons."""
