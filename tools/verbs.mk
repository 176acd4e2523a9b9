# SPDX-License-Identifier: MIT
# What people type, beyond `make`.  `make help` prints the lines that start with two hashes.

include tools/images.mk

## setup      install what is missing on this machine (Debian packages; as root or through sudo)
setup:
	@CROSS=$(CROSS) tools/setup.sh

## doctor     say what is missing, and the line to type
doctor:
	@CROSS=$(CROSS) tools/doctor

help:
	@echo "make            build everything into build/"
	@sed -n 's/^## /make /p' tools/verbs.mk

.PHONY: setup doctor help
