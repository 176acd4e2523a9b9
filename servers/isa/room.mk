# SPDX-License-Identifier: MIT
STORED  += isa
isa_SRC := $(foreach room,isa rtc keyboard screen serial,$(wildcard servers/$(room)/*.c))
