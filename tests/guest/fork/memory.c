/* SPDX-License-Identifier: MIT */
#include "cases.h"
const struct test_case memory_cases[] = {{0}};
