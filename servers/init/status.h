/* SPDX-License-Identifier: MIT */
/* The status line on the screen: free frames and page faults. */
#ifndef INIT_STATUS_H
#define INIT_STATUS_H

#include <stdbool.h>

struct words;

/* Turns the line on or off.  Prints why it cannot. */
void status_set(bool on);
void status_obey(const struct words *w);        /* the command `status` */

#endif
