"""The outside world of workers: SMS and WhatsApp, other SMS providers, the web chat.

Knows nothing of surveys or Rasa; imports `storage/` only. `services.py` says
what `app.py` must hand in. Start reading in `base.py`, then `intake.py` (a
message comes in) and `delivery.py` (a reply goes out).
"""
