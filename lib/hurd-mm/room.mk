# SPDX-License-Identifier: MIT
LIBRARIES += hurd-mm
hurd-mm_SRC := $(wildcard lib/hurd-mm/*.c lib/hurd-mm/*.asm)
hurd-mm_CFLAGS := $(DENSE)
hurd-mm_SELDOM := $(addprefix lib/hurd-mm/,asked await brk sysconf children casualty console handler handler_run recipient hint image mman move mm_init report spawn start thread wait worker extra container fork forking last streams pageout swapin room ahead shown pagein policy region store page paged evict)
hurd-mm_INNER := $(addprefix lib/hurd-mm/,handler recipient image mm_init report last swapin room shown fork)
