/* SPDX-License-Identifier: MIT */
/* For a mortal driver that moves data itself: an IDE driver. */
#include "tests/guest/disk/mortal.h"

WRAP(void, port_in_words, (uint16_t port, void *to, uint32_t words), (port, to, words))
WRAP(void, port_out_words, (uint16_t port, const void *from, uint32_t words), (port, from, words))
