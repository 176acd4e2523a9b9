# SPDX-License-Identifier: MIT
PROGRAMS         += policy_test
APP_TESTS        += policy_test
policy_test_SRC  := tests/guest/policy/main.c servers/policy/share.c
policy_test_LDS  := lib/hurd-mm/program.lds
policy_test_LIBS := hurd-mm c hurd-cap l4
policy_test_INIT := policy=run
policy_test_CFLAGS := -I.
