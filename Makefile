# The vocabulary: walk, test, build, format, bench, bench-peers, size.

SHELL := /bin/bash
SWIFT ?= swift
PROGRAM := .build/release/latentwalk
FIRST_WALK := dog-to-cat.gif

.PHONY: walk test build format bench bench-peers size tools

# Installs what is missing, builds, renders the first walk on the bundled model and says where it is.
walk: build
	@$(PROGRAM) interpolate "A photograph of a dog" "A photograph of a cat" \
	  --seed 2 --rubber-band --output $(FIRST_WALK)
	@echo "Your first walk: $(CURDIR)/$(FIRST_WALK)"

build: tools
	@$(SWIFT) build -c release --product latentwalk

# In release: debug arithmetic is some fifty times slower.
test: tools
	@$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Benchmarks
	@$(SWIFT) build -c release --product latentwalk
	@$(SWIFT) test -c release

format:
	@$(SWIFT) format --in-place --recursive Package.swift Sources Tests Benchmarks

# Kernels by shape, then whole networks; the table as JSON in .build/bench.json. Benchmarks/README.md explains the figures.
bench: tools
	@mkdir -p .build
	@$(SWIFT) run -c release --package-path Benchmarks kernels --json .build/bench.json
	@$(SWIFT) run -c release --package-path Benchmarks networks --json .build/bench.json

# OpenVINO, PyTorch and stable-diffusion.cpp on the same work: make bench-peers OPTIONS="--only cfg_step"
bench-peers: build
	@$(SWIFT) build -c release --package-path Benchmarks --product networks
	@command -v python3 > /dev/null || { echo "bench-peers needs Python 3.10 or later; install it, then run make again."; exit 1; }
	@python3 Benchmarks/peers/bench_peers.py $(OPTIONS)

# Lines of each target.
size:
	@for target in Sources/* Tests/*; do \
	  printf '%6d  %s\n' "$$(find $$target -name '*.swift' -o -name '*.c' -o -name '*.h' -o -name '*.inc' | xargs -r cat | wc -l)" $$target; \
	done

# The compiler and the C libraries: installed where this may be done, named with the exact command where not.
tools:
	@command -v $(SWIFT) > /dev/null || { \
	  echo "LatentWalk needs Swift 6.2 or later, and there is no 'swift' here; install it from swift.org, then run make again."; exit 1; }
	@missing=""; \
	[ -e /usr/include/png.h ] || missing="$$missing libpng-dev"; \
	[ -e /usr/include/gif_lib.h ] || missing="$$missing libgif-dev"; \
	[ -e /usr/include/turbojpeg.h ] || missing="$$missing libturbojpeg0-dev"; \
	[ -e /usr/include/openssl/evp.h ] || missing="$$missing libssl-dev"; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then run=""; \
	elif command -v sudo > /dev/null && sudo -n true 2> /dev/null; then run="sudo"; \
	else echo "Some libraries are missing. Install them with:  sudo apt-get install$$missing"; exit 1; fi; \
	echo "Installing$$missing"; \
	$$run apt-get install -qq -y $$missing > /dev/null 2>&1 \
	  || { $$run apt-get update -qq && $$run apt-get install -qq -y $$missing > /dev/null; } \
	  || { echo "They could not be installed. Try:  sudo apt-get install$$missing"; exit 1; }
