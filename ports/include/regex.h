/* SPDX-License-Identifier: MIT */
/* newlib's regular expressions, which `make ports` builds; its header wants off_t. */
#include <sys/types.h>
#include_next <regex.h>
