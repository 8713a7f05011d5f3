"""What the assistant does: Rasa actions, each thin. Work is in `storage/`, wording in `languages/`.

`base.py` has what they share, `agenda_form.py` the one form, the others an action per intent.
"""
