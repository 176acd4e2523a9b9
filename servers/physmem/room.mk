# SPDX-License-Identifier: MIT
PROGRAMS += physmem
physmem_SRC  := $(wildcard servers/physmem/*.c)
physmem_LINK := 0x400000
physmem_LIBS := swap hurd-cap c l4
# A page is cleared in place: 15 instructions less than by memset(), in each fault.
physmem_CFLAGS := -I. $(DENSE) -mmemset-strategy=unrolled_loop:64:noalign,libcall:4095:noalign,rep_4byte:-1:noalign
