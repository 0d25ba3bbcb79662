"""What payt-mcp costs: `python -m benchmarks` measures it and prints tables."""
