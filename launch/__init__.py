"""What `./run` does: environment, assets, catalogues, serving and checks.

Standard library only: this code runs before anything is installed. Everything it says goes to
standard error, so that the output of the command it runs stays clean.
"""
