/* SPDX-License-Identifier: MIT */
/* The tests of errors_test.c and private_test.c, for the list in mapped_test.c. */
#ifndef MAPPED_TEST_H
#define MAPPED_TEST_H

void mmap_of_a_descriptor_says_what_is_wrong(void);
void the_protocol_of_maps_refuses_what_is_wrong(void);
void private_copies_move_with_their_region(void);
void private_copies_go_to_swap_and_come_back(void);
void a_child_of_fork_has_its_parents_maps(void);

#endif
