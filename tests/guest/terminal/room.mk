# SPDX-License-Identifier: MIT
PROGRAMS      += typing commands
typing_SRC    := tests/guest/terminal/typing.c
typing_LDS    := lib/hurd-mm/program.lds
typing_LIBS   := posix file block hurd-mm c hurd-cap l4
commands_SRC  := tests/guest/terminal/commands.c
commands_LDS  := lib/hurd-mm/program.lds
commands_LIBS := $(typing_LIBS)
