# Every target works from a clean clone: what it needs is set up first.

SWIFT ?= swift
EXAMPLE := Examples/TenLines
SOURCES := $(wildcard Package.swift Sources Tests Examples Firmware/Package.swift Firmware/Sources/Kernel* Firmware/Check Firmware/Measure Fuzz Benchmarks)

# SwiftPM looks up the system libraries here first; .deps/bin has a pkg-config where the system has none.
export PKG_CONFIG_PATH := $(CURDIR)/.deps/pkgconfig$(if $(PKG_CONFIG_PATH),:$(PKG_CONFIG_PATH))
export PATH := $(PATH):$(CURDIR)/.deps/bin

.DEFAULT_GOAL := help
.PHONY: help deps oracles build test golden firmware check-long fuzz sanitize demo format check lint benchmark mlperf paper docs clean distclean

help: ## list these targets
	@echo "Usage: make TARGET"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

deps: ## set up libtorch, system libraries and Fashion-MNIST in .deps/
	@Scripts/bootstrap

oracles: deps ## install onnx and onnxruntime, which some tests compare with
	@Scripts/oracles

build: deps ## build the command line: .build/release/sapool
	$(SWIFT) build -c release --product sapool-torch
	$(SWIFT) build -c release --product sapool

# The example comes last: in the same folder the library is not compiled a second time, but what is built next is linked anew.
test: deps ## run all tests, then the firmware and the example package
	@SWIFT="$(SWIFT)" Scripts/test
	$(SWIFT) run -c release --package-path $(EXAMPLE) --scratch-path .build

golden: deps ## run the golden tests alone, against SAPOOL_PARITY (../shared/parity)
	@Scripts/golden

firmware: deps ## run the int8 kernels on emulated Cortex-M cores, and count instructions
	@SWIFT="$(SWIFT)" Firmware/run

check-long: build ## libraries for every core, a page's commands, long verbs ended at bad moments (KILLS=200 DISKS=40), all kernel cases (minutes)
	$(SWIFT) build -c release --product firmware-check
	@Firmware/LibraryCheck/check
	@Scripts/check-page Documentation/Firmware.md
	@Scripts/check-durability
	@SWIFT="$(SWIFT)" Firmware/run --all-cases

fuzz: deps ## feed every reader of files to libFuzzer, SECONDS_EACH (10) seconds each; READERS="onnx png" for some
	@SWIFT="$(SWIFT)" Scripts/fuzz $(READERS)

sanitize: deps ## check the C sources with the address and undefined-behaviour sanitizers
	@SWIFT="$(SWIFT)" Scripts/sanitize

demo: ## from Fashion-MNIST to firmware on an emulated Cortex-M4: train, quantise, export, simulate
	@Scripts/demo

format: ## format all Swift sources
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

check: ## type-check what has changed since the build, in seconds; MODULES="Planning PlanningTests" for some
	@SWIFT="$(SWIFT)" Scripts/check $(if $(BUILD),--build $(BUILD)) $(MODULES)

# The second step reads modules that are built.
lint: ## check the format of all Swift sources, and that each switch over operations lists them
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)
	@$(MAKE) build
	@SWIFT="$(SWIFT)" Scripts/lint-operations

benchmark: deps ## measure beside PyTorch; options in ARGS="..."
	$(SWIFT) build -c release
	@Benchmarks/run $(ARGS)

# Models first: nothing is built for somebody who has none.
mlperf: ## import .tflite models, beside LiteRT and TFLM; ARGS="--models FOLDER"
	@Benchmarks/mlperf/run --check $(ARGS)
	@$(if $(filter --sapool% --table --references,$(ARGS)),:,$(MAKE) --no-print-directory build)
	@Benchmarks/mlperf/run $(ARGS)

# With another program in SAPOOL nothing is built.
paper: ## train and compute what Experiments.md says of the paper's claims; ARGS="--data FOLDER", or QUICK=1 for a toy
	@$(if $(SAPOOL),:,$(MAKE) --no-print-directory build)
	@Scripts/paper $(ARGS)

docs: deps ## write the library's reference as HTML to .build/docs
	@Scripts/docs

clean: ## remove what was built
	rm -rf .build Firmware/.build

distclean: clean ## remove what was built and what was set up
	rm -rf .deps
