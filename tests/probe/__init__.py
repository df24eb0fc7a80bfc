"""A black-box run of the promises of trust: starts the service as anybody would and asks it from outside.

Knows nothing of the code: HTTP and the command line only, with the standard library.
"""
