/* SPDX-License-Identifier: MIT */
/* What the two halves of the suite share. */
#ifndef DEVICE_TEST_H
#define DEVICE_TEST_H

#include "tests/guest/deva/suite.h"

#include <hurd/device.h>

L4_Word_t master(void);

/* Makes a capability for this task; returns the errno. */
int grant(const struct hurd_device *d, L4_Word_t *handle);
void drop(L4_Word_t handle);

/* shared.c */
void line_that_is_shared_gives_each_interrupt_to_both_drivers(void);
void line_that_no_driver_wants_is_switched_off_for_a_while(void);
void line_goes_on_when_a_driver_does_not_say_that_it_is_done(void);
void line_is_shared_or_not_by_all(void);

/* part.c */
void part_of_the_console_has_nothing_else(void);
void part_of_the_console_is_driven_by_one_thread_that_makes_sense(void);
void part_of_the_console_does_not_wait_for_programs_while_it_makes_sense(void);
void part_of_the_console_goes_back_to_deva_when_its_driver_is_silent(void);

/* picture.c */
void screen_is_given_to_its_driver_as_a_whole(void);
void screen_of_a_driver_changes_as_deva_says(void);
void screen_is_drawn_anew_when_its_driver_makes_no_sense(void);

#endif
