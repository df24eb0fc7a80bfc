"""What the service says of itself to everybody: the transparency record."""
