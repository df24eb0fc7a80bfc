"""Review by post: shortlists, first views, interests, the report on reviewing, and the switch of the matcher."""
