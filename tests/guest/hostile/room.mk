# SPDX-License-Identifier: MIT
# For tests/system/hostile.py: a file server that means harm, and a program that uses it.
PROGRAMS              += hostile/ext2fs visitor
hostile/ext2fs_SRC    := $(ext2fs_SRC) tests/guest/hostile/server.c
hostile/ext2fs_LDS    := lib/hurd-mm/program.lds
hostile/ext2fs_LIBS   := block ext2 pager driver hurd-mm c hurd-cap l4
hostile/ext2fs_CFLAGS := -I.
hostile/ext2fs_LDFLAGS := --wrap=hurd_cap_serve
visitor_SRC           := tests/guest/hostile/visitor.c
visitor_LDS           := lib/hurd-mm/program.lds
visitor_LIBS          := posix file block hurd-mm c hurd-cap l4
visitor_CFLAGS        := -I.
PROGRAMS              += thief
thief_SRC             := tests/guest/hostile/thief.c
thief_LDS             := lib/hurd-mm/program.lds
thief_LIBS            := $(visitor_LIBS)
PROGRAMS              += fl
fl_SRC                := tests/guest/hostile/flooder.c
fl_LDS                := lib/hurd-mm/program.lds
fl_LIBS               := hurd-mm c hurd-cap l4
