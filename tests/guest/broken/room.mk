# SPDX-License-Identifier: MIT
# For tests/system/robust.py: what a failed assert() does in a server and in a pager.
PROGRAMS               += broken/physmem broken/pager
broken/physmem_SRC     := $(physmem_SRC) tests/guest/broken/physmem.c
broken/physmem_LINK    := 0x400000
broken/physmem_LIBS    := swap hurd-cap c l4
broken/physmem_CFLAGS  := -I.
broken/physmem_LDFLAGS := --wrap=unsteady_begin
broken/pager_SRC       := tests/guest/broken/pager.c
broken/pager_LDS       := lib/hurd-mm/program.lds
broken/pager_LIBS      := hurd-mm c hurd-cap l4
broken/pager_CFLAGS    := -I. -Ilib/hurd-mm
broken/pager_LDFLAGS   := --wrap=map_remove
