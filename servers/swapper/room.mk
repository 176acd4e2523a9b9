# SPDX-License-Identifier: MIT
# A program in the archive like the drivers, with lib/swap, which says whether a partition may be written to.
DRIVERS         += swapper
swapper_SRC     := servers/swapper/main.c lib/swap/header.c
