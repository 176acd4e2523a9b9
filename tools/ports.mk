# SPDX-License-Identifier: MIT
# Programs of others: docs/ports.md.  What is built stands in /bin of the images that are made afterwards.

# The images of tests never have them: their size and their memory are those of a fresh clone.
BIN_PORTS := $(if $(filter test check,$(notdir $(BUILD))),,$(wildcard $(BUILD)/ports/bin/*))

## ports [P="lua bzip2"]  fetch programs of others as Debian source packages and build them, for /bin of the images made afterwards
ports: $(patsubst %,$(BUILD)/lib/lib%.a,posix file block hurd-mm c hurd-cap l4) lib/hurd-mm/program.lds
	@tools/ports $(BUILD)/ports $(BUILD)/lib "$(CC)" $(LD) $(OBJCOPY) $(P)

.PHONY: ports
