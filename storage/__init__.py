"""The tables and the rules about them.

Imports nothing of ours. Every function takes a session first and leaves the
commit to whoever opened the transaction. Start reading in `models/`, then
`inbox.py` (a message comes in), `cases.py` (what becomes of it) and
`vault.py` (who can read what).
"""
