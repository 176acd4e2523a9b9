# SPDX-License-Identifier: MIT
PROGRAMS  += init
init_SRC  := $(wildcard servers/init/*.c)
init_LDS  := lib/hurd-mm/program.lds
init_SELDOM := $(basename $(init_SRC))
init_LIBS := filecommands shell block file terminal hurd-mm c hurd-cap l4
init_CFLAGS := -I.
init_LDFLAGS := --wrap=hurd_cap_rpc
