"""The assistant: a Rasa project, and the code that runs it.

One inbox row goes in, replies come out, all in one transaction. May import
`nlu` and `storage`. Start reading in `turn.py` (one message, one transaction),
then `agenda.py` (what is asked next) and `actions/`.
"""

# Whatever of this folder is imported first, Rasa is silenced before it is there.
import bot.quiet  # noqa: F401
