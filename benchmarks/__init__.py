"""Openline against stock Rasa on one machine: the same dialogue, replies and rows checked, time measured.

`make bench` runs `__main__.py`; docs/benchmarks.md says how to read what it prints.
"""
