# Gatehouse. `make` lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build install uninstall test fuzz lint format clean

SWIFT_FILES := Sources Tests Package.swift
# The tests on real processes run after the others, some of which mind the clock: together they would starve each other.
REAL_PROCESSES := '^(IntegrationTests|BrowserTests)\.'
# So many at once: each has servers and clients of its own, and where all begin together each waits for all, and limits of time pass meanwhile.
AT_ONCE := 8
# What `make run` passes on: make run ARGS='--https 9443 --state /tmp/gatehouse'
ARGS ?=
# Where `make install` puts programs, and the folder that stands for / while a package is made.
PREFIX ?= /usr/local
DESTDIR ?=
# How long `make fuzz` runs each target: make fuzz SECONDS=600
SECONDS ?= 60

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Set up, build, and start everything: https://localhost:8443
	@exec "$$(swift build -c release --show-bin-path)/gatehouse" up $(ARGS)

build: ## Set up and build the four programs (release)
	@config/setup.sh
	swift build -c release

install: ## Install what was built, for systemd (as root; see docs/server.md)
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' config/install.sh

uninstall: ## Take it away again; configuration and state stay
	@DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' config/install.sh --uninstall

test: ## Set up, lint, build, and run every test
	@config/setup.sh --tests
	@$(MAKE) --no-print-directory lint
	swift build -c release
	swift build --build-tests
	export GATEHOUSE_BIN="$$(swift build -c release --show-bin-path)"; \
	export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$(AT_ONCE); \
	swift test --skip-build --skip $(REAL_PROCESSES); \
	swift test --skip-build --filter $(REAL_PROCESSES)

fuzz: ## Fuzz each parser of hostile bytes, SECONDS each
	@Tests/Fuzz/run.sh $(SECONDS)

lint: ## Check the formatting
	swift format lint --strict --parallel --recursive $(SWIFT_FILES)

format: ## Format the sources in place
	swift format --in-place --parallel --recursive $(SWIFT_FILES)

clean: ## Remove what was built (not the state folder .gatehouse)
	rm -rf .build
