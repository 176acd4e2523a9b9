/* SPDX-License-Identifier: MIT */
#include "cases.h"
const struct test_case room_cases[] = {{0}};
