/* SPDX-License-Identifier: MIT */
/* For a mortal driver that tells its device of work by a word: a virtio driver. */
#include "tests/guest/disk/mortal.h"

WRAP(void, port_out16, (uint16_t port, uint16_t value), (port, value))
