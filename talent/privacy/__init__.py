"""What people ask about their data: see, take away, correct, contest, delete; how long things are kept."""
