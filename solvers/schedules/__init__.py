"""Schedules: how the learning rate changes while a network trains; a lesson in each file."""
