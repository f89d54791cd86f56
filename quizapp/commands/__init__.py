"""One module for each command: ``arguments(parser)`` says what it takes, ``run(args)`` does it."""
