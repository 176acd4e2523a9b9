# SPDX-License-Identifier: MIT
# In place of the demo: random messages to the servers, with a file system and swap.
PROGRAMS             += chatter_test
APP_TESTS            += chatter_test
chatter_test_SRC     := $(wildcard tests/guest/chatter/*.c)
chatter_test_LDS     := lib/hurd-mm/program.lds
chatter_test_LIBS    := hurd-mm c hurd-cap l4
chatter_test_INIT    := swap=ram:2+root=ram+files
chatter_test_MEM     := 64
chatter_test_TIMEOUT := 300
chatter_test_CONFIGS := fast
