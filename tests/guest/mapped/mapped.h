/* SPDX-License-Identifier: MIT */
/* The tests of errors_test.c, for the list in mapped_test.c. */
#ifndef MAPPED_TEST_H
#define MAPPED_TEST_H

void mmap_of_a_descriptor_says_what_is_wrong(void);
void the_protocol_of_maps_refuses_what_is_wrong(void);

#endif
