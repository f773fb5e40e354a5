# The vocabulary; `make help` lists it.

SHELL := /bin/bash
SWIFT ?= swift
PREFIX ?= /usr/local
PROGRAM := .build/release/latentwalk
FIRST_WALK := dog-to-cat.gif

.PHONY: walk help test ffmpeg build format install uninstall package test-package try-outside-package docs bench bench-peers bench-walks bench-page size tools

# Installs what is missing, builds, renders the first walk on the bundled model and says where it is.
walk: build  ## build, render a first walk and say where it is (the default)
	@$(PROGRAM) interpolate "A photograph of a dog" "A photograph of a cat" \
	  --seed 2 --rubber-band --output $(FIRST_WALK)
	@echo "Your first walk: $(CURDIR)/$(FIRST_WALK)"

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-20s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: tools  ## build the program, .build/release/latentwalk
	@$(SWIFT) build -c release --product latentwalk

# In release: debug arithmetic is some fifty times slower. Without testable imports, which no test uses, `make build` and
# `make test` share what they compile; with them each would compile everything again after the other.
test: tools ffmpeg  ## check the format, build, run every test
	@$(SWIFT) format lint --strict --recursive Package.swift Models Sources Tests Benchmarks
	@$(SWIFT) test -c release --disable-testable-imports

format:  ## format the sources
	@$(SWIFT) format --in-place --recursive Package.swift Models Sources Tests Benchmarks

# What is installed has Swift's libraries inside. `swift test` cannot use such a build, so it has a folder of its own.
STATIC := $(SWIFT) build -c release --scratch-path .build/static --static-swift-stdlib -Xlinker -s \
  -Xlinker --disable-new-dtags -Xlinker -rpath -Xlinker '$$ORIGIN/../lib/latentwalk'
STAGE := .build/stage
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2> /dev/null || date +%s)

# Laid out once: `make install` as root, after `make $(STAGE)`, needs no Swift and writes only below PREFIX.
$(STAGE): Package.swift LICENSE $(shell find Models Sources packaging -type f)
	@$(MAKE) --no-print-directory tools
	@$(STATIC) --product latentwalk
	@$(STATIC) --product generate-manual
	@packaging/stage .build/static/release/latentwalk .build/static/release/generate-manual $@

install: $(STAGE)  ## install into PREFIX, by default /usr/local; DESTDIR is put before it
	@packaging/install $(STAGE) "$(DESTDIR)$(PREFIX)"
	@echo "Installed $(DESTDIR)$(PREFIX)/bin/latentwalk"

uninstall:  ## remove what was installed into PREFIX
	@packaging/uninstall "$(DESTDIR)$(PREFIX)"

package: $(STAGE)  ## make a .deb and a .tar.gz in .build/package
	@packaging/make-packages $(STAGE) .build/package

test-package: package  ## try both packages in a bare Debian (needs root and debootstrap)
	@packaging/try-in-bare-debian .build/package

# Depends on this checkout by its path and sees only what is public.
try-outside-package: tools  ## render from a package outside of this one
	@Tools/try-outside-package

# With the compiler's own tools, from what `make build` compiled: no plugin, no other build.
docs: build  ## build the documentation in .build/docs
	@packaging/make-docs .build/release .build/docs
	@echo "Look at it with: python3 -m http.server --directory .build/docs, at /documentation/latentwalk"

# Kernels by shape, then whole networks; the table as JSON in .build/bench.json. Benchmarks/README.md explains the figures.
bench: tools  ## time kernels and networks
	@mkdir -p .build
	@$(SWIFT) run -c release --package-path Benchmarks kernels --json .build/bench.json
	@$(SWIFT) run -c release --package-path Benchmarks networks --json .build/bench.json

# OpenVINO, PyTorch and stable-diffusion.cpp on the same work: make bench-peers OPTIONS="--only cfg_step"
bench-peers: build  ## time other engines beside them
	@$(SWIFT) build -c release --package-path Benchmarks --product networks
	@command -v python3 > /dev/null || { echo "bench-peers needs Python 3.10 or later; install it, then run make again."; exit 1; }
	@python3 Benchmarks/peers/bench_peers.py $(OPTIONS)

# A fixed set of walks on the bundled model, with each method; the table as JSON in .build/bench-walks.json. docs/walks.md
# explains the figures. Some of it: make bench-walks OPTIONS='--only even'
bench-walks: tools  ## measure how even walks are, with each method of making them
	@mkdir -p .build
	@$(SWIFT) run -c release --package-path Benchmarks walks --json .build/bench-walks.json $(OPTIONS)

# From the results of bench-peers, also with --isa avx2; without new ones, from those that are kept.
bench-page:  ## write docs/performance.md and the README's headline from the results
	@python3 Benchmarks/page.py

# Lines of each target.
size:  ## count the lines of each target
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
	[ -e /usr/include/webp/mux.h ] || missing="$$missing libwebp-dev"; \
	[ -e /usr/include/openssl/evp.h ] || missing="$$missing libssl-dev"; \
	[ -z "$$missing" ] && exit 0; \
	if [ "$$(id -u)" = 0 ]; then run=""; \
	elif command -v sudo > /dev/null && sudo -n true 2> /dev/null; then run="sudo"; \
	else echo "Some libraries are missing. Install them with:  sudo apt-get install$$missing"; exit 1; fi; \
	echo "Installing$$missing"; \
	$$run apt-get install -qq -y $$missing > /dev/null 2>&1 \
	  || { $$run apt-get update -qq && $$run apt-get install -qq -y $$missing > /dev/null; } \
	  || { echo "They could not be installed. Try:  sudo apt-get install$$missing"; exit 1; }

# Videos are written and read by ffmpeg, which nothing but their tests needs.
ffmpeg:
	@command -v ffmpeg > /dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ]; then run=""; else run="sudo -n"; fi; \
	echo "Installing ffmpeg"; \
	$$run apt-get install -qq -y ffmpeg > /dev/null 2>&1 \
	  || { $$run apt-get update -qq && $$run apt-get install -qq -y ffmpeg; } > /dev/null 2>&1 \
	  || echo "It could not be installed, so the tests of videos are skipped. Try:  sudo apt-get install ffmpeg"
