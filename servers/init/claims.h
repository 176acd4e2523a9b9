/* SPDX-License-Identifier: MIT */
/* Which sectors of disks are in use: a program that is given them as well would spoil them. */
#ifndef INIT_CLAIMS_H
#define INIT_CLAIMS_H

#define CLAIMS 8                /* at the same time, at most */

/* Returns what is done with some of these sectors, as the end of a sentence ("is mounted"), or
 * NULL. */
const char *claims_find(unsigned disk, unsigned first, unsigned sectors);

/* Notes what is done with these sectors.  Returns NULL, or why it cannot: what is done with some
 * of them already, or that there are too many claims. */
const char *claims_make(unsigned disk, unsigned first, unsigned sectors, const char *what);

/* Ends the claim that begins at this sector, if there is one. */
void claims_end(unsigned disk, unsigned first);

#endif
