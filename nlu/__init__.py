"""What a worker's text means: language, intent, category, severity, numbers, personal data.

Pure functions on texts and language folders; imports nothing of ours. `components.py` wraps them for Rasa's
pipeline, `understanding.py` is what the rest of Openline reads. Start with `understanding.py`, then `components.py`.
"""
