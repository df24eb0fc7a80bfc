def register() -> None:
    """Nothing yet."""
