/* SPDX-License-Identifier: MIT */
/* Which tasks get what is typed, and in which modes. */
#ifndef DEVA_FOREGROUND_H
#define DEVA_FOREGROUND_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/cap.h>

/* May this task's readers have input? */
bool foreground_has(unsigned task);
bool foreground_is_given(void);         /* away, by its owner */

/* A byte was typed: it is input, or it counts for the owner. */
void foreground_input(uint8_t byte);

/* The requests `foreground`, `modes` and `console_group` of hurd/deva.h, after the check of the
 * capability. */
int foreground_serve(struct hurd_cap_call *call);
int foreground_serve_modes(struct hurd_cap_call *call);
int foreground_serve_group(struct hurd_cap_call *call);

/* The task is in that group from now on, says `task`. */
void foreground_note_group(unsigned task, unsigned group);
void foreground_forget_task(unsigned task);

#endif
