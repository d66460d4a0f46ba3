"""The rules of style, each with the lines it praises and the lines it refuses."""
