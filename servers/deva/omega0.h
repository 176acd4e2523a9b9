/* SPDX-License-Identifier: MIT */
/* Shared interrupt lines: which drivers get an interrupt, and when the line is let through again.
 * Only bookkeeping; interrupts.c does what it asks for.  Named as in spec hurd-l4-design.md 5.3. */
#ifndef DEVA_OMEGA0_H
#define DEVA_OMEGA0_H

#include <stdbool.h>
#include <stdint.h>

#include <hurd/device.h>

enum {
    OMEGA0_LINES = 16,
    OMEGA0_SHARERS = 8,         /* the most drivers of one line */
    OMEGA0_RETRY = 1000,        /* us between two attempts to reach a driver that is busy */
};

/* What it asks for.  send: gives the interrupt to the driver; false: the driver does not wait for
 * it now.  unmask: lets the line's next interrupt come.  complain: the line storms, and stays
 * switched off for so many us. */
struct omega0_calls {
    bool (*send)(uint32_t thread, unsigned line);
    void (*unmask)(unsigned line);
    void (*complain)(unsigned line, uint32_t us);
};

extern struct omega0_calls omega0_calls;

/* Adds a driver's thread.  Returns 0; EBUSY: the thread is there already; ENOSPC: there are
 * OMEGA0_SHARERS threads.  *first: it is the line's first one. */
int omega0_attach(unsigned line, uint32_t thread, bool *first);
/* Removes the thread.  Returns 0, or EPERM if it is not there.  *last: none is left. */
int omega0_detach(unsigned line, uint32_t thread, uint64_t now, bool *last);
/* Returns one of the line's threads whose version is that task; 0: there is none. */
uint32_t omega0_thread_of(unsigned line, unsigned task);
bool omega0_shared(unsigned line);      /* some thread is attached */

/* An interrupt has come, and the line is masked. */
void omega0_interrupt(unsigned line, uint64_t now);
/* The driver has served its device. */
void omega0_done(unsigned line, uint32_t thread, bool mine, uint64_t now);
bool omega0_masked(void);       /* some line waits for its drivers, or is switched off */
/* Does what the time asks for.  Returns the us until it must be called again, UINT32_MAX: only
 * after one of the others. */
uint32_t omega0_pass(uint64_t now);

#endif
