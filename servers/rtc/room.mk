# SPDX-License-Identifier: MIT
STORED  += rtc
rtc_SRC := $(wildcard servers/rtc/*.c)
