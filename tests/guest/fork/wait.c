/* SPDX-License-Identifier: MIT */
#include "cases.h"
const struct test_case wait_cases[] = {{0}};
