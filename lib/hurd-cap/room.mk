# SPDX-License-Identifier: MIT
LIBRARIES += hurd-cap
hurd-cap_SRC := $(wildcard lib/hurd-cap/*.c)
hurd-cap_CFLAGS := $(DENSE)
hurd-cap_SELDOM := $(addprefix lib/hurd-cap/,deva_client task_client wortel_client)
