# SPDX-License-Identifier: MIT
STORED      += speaker
speaker_SRC := $(wildcard servers/speaker/*.c)
