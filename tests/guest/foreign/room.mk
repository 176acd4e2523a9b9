# SPDX-License-Identifier: MIT
PROGRAMS    += foreign foreign-states foreign-sigma0
foreign_SRC     := $(addprefix tests/guest/foreign/,root.c x2stub.c)
foreign_LINK    := 0x480000
foreign_CFLAGS  := -fno-toplevel-reorder -O1 -fno-omit-frame-pointer
foreign-states_SRC     := $(addprefix tests/guest/foreign/,states.c x2stub.c)
foreign-states_LINK    := 0x480000
foreign-states_CFLAGS  := -fno-toplevel-reorder -O1 -fno-omit-frame-pointer
foreign-states_SIGMA0  := foreign-sigma0
foreign-states_CONFIGS := fast plain 486
foreign-sigma0_SRC    := $(addprefix tests/guest/foreign/,sigma0.c x2stub.c)
foreign-sigma0_LINK   := 0x40000
foreign-sigma0_CFLAGS := -fno-toplevel-reorder
foreign_SIGMA0  := foreign-sigma0
foreign_CONFIGS := fast plain 486 486plain bochs
ROOT_TESTS  += foreign foreign-states
