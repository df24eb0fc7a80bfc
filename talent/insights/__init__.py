"""What the service says of itself to everybody: the transparency record and the model card."""
