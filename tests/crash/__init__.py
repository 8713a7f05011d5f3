"""What `tests/test_crash.py` is made of: a service to be killed, traffic for it, and the look at what is left."""
