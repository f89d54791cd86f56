"""Likelihoods: energies, flows, and products of conditionals, a lesson in each file."""
