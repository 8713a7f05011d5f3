"""The questions of the dialogue, a file per subject.

Each says how it is asked, how an answer is read and what becomes of it; `agenda.py`
says which one is open.
"""
