"""Choosing: how long to search, how to split the data, how large a batch; a lesson in each file."""
