# Two commands: `make run` and `make test`. Each does all of its own set-up. The rest are their small sisters.
PYTHON ?= python3
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help run test manage doctor reset roles lock

help:
	@echo "make run                 the portal with demo data; prints its address when it answers"
	@echo "make test                every test; ARGS='…' goes to pytest"
	@echo "make manage CMD='…'      a management command, set up as make run does"
	@echo "make doctor              what is missing on this machine"
	@echo "make reset               throw the local data away"
	@echo "make roles               the SQL for a DBA, when service addresses are given"
	@echo "make lock                compile requirements/*.txt anew; ARGS=--upgrade takes newer versions"

run:
	@$(PYTHON) -m local run

test:
	@$(PYTHON) -m local test $(ARGS)

manage:
	@$(PYTHON) -m local manage $(CMD)

doctor:
	@$(PYTHON) -m local doctor

reset:
	@$(PYTHON) -m local reset

roles:
	@$(PYTHON) -m local roles

lock:
	@$(PYTHON) -m local lock $(ARGS)
