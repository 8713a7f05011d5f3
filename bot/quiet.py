"""Keeps Rasa from talking: to third parties, and about workers' texts.

Imported by `bot/__init__.py`, so before anything of Rasa; its import has the effect.
"""

import logging
import os
import sys
import warnings

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("LOG_LEVEL", "ERROR")  # Rasa's name for: no progress bars
os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # its cache of trainings would lie in the folder we were started from

import structlog

NOISY = ("rasa", "rasa_sdk", "tensorflow", "matplotlib", "asyncio", "apscheduler")


def silence() -> None:
    """Drop every line below ERROR that Rasa and its libraries would write, and all Python warnings."""
    # As a library Rasa leaves structlog unconfigured, which prints each debug event with
    # the worker's text; its warnings quote the text too.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,  # else each of Rasa's dozen silent lines a turn builds a logger
    )
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    for name in ("rasa", "rasa_sdk"):
        # What goes wrong is noted on the turn; the text of the error may quote a worker.
        logging.getLogger(name).propagate = False
        logging.getLogger(name).addHandler(logging.NullHandler())
    if not sys.warnoptions:
        warnings.filterwarnings("ignore", module=r"(rasa|tensorflow|keras|jax|sanic|pkg_resources)")


silence()
