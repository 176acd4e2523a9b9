# SPDX-License-Identifier: MIT
# A program in the archive like the drivers.
DRIVERS      += policy
policy_SRC   := servers/policy/main.c servers/policy/share.c
