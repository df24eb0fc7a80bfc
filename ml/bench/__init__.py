"""How fast the index is, beside libraries that do the same, measured in one run: `python -m ml.bench --help`."""
