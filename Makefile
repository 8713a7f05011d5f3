# Openline: one line a target; `make help` prints this list.
# `make run` and `make test` need nothing but a bare checkout.

PYTHON := .venv/bin/python

.PHONY: help install run worker migrate train test check lint fix bench crash pictures lock

help:     ## show this list
	@sed -n 's/^\([a-z]*\): .*## /  \1\t/p' Makefile | expand -t 12

install:  ## the environment in .venv, as requirements.txt says
	@.ci/install

run: install  ## everything needed, then the service on http://127.0.0.1:8000 (PORT); Ctrl-C ends it
	@$(PYTHON) app.py run

migrate: install  ## bring the database to this version's tables
	@$(PYTHON) app.py migrate

train: install  ## train the assistant, if what it learns from has changed
	@$(PYTHON) app.py train

test: install check  ## the whole test suite, browser and PostgreSQL included
	@.ci/provide
	@$(PYTHON) -m pytest -n auto $(ARGS)

check: install  ## look for mistakes, change nothing
	@$(PYTHON) -m ruff check . && $(PYTHON) -m ruff format --check . && $(PYTHON) -m mypy

lint: check  ## the same as check

fix: install  ## mend what can be mended by itself, and the format
	@$(PYTHON) -m ruff check --fix . && $(PYTHON) -m ruff format .

bench: install  ## Openline against stock Rasa on this machine
	@$(PYTHON) -m benchmarks $(ARGS)

crash: install  ## kill the service 200 times while messages come in; nothing may be lost
	@OPENLINE_KILLS=200 $(PYTHON) -m pytest tests/test_crash.py --timeout 3600 $(ARGS)

pictures: install  ## take the pictures of docs/images anew, from the example programme
	@$(PYTHON) -W ignore -m tests.pictures

lock:  ## make requirements.txt anew from pyproject.toml
	@.ci/lock
