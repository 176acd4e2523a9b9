# SPDX-License-Identifier: MIT
STORED      += fabrica
fabrica_SRC := $(wildcard servers/fabrica/*.c) servers/init/cpio.c
