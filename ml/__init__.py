"""The matcher: who fits which post, how well, and why.

Pure computation over the frozen records of `ml.schema`. Nothing here knows the web, the database or who
somebody is.
Nothing is imported here, so that `ml.concepts` can be used without loading scikit-learn.
"""
