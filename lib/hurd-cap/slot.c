/* SPDX-License-Identifier: MIT */
/* Many clients, one slot in a server's table: each asks for it, and another may use it first. */
#include <errno.h>
#include <hurd/cap.h>
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <l4/thread.h>

enum {
    TRIES = 200,
    PAUSE = 1000,               /* us, times a number up to SPREAD that is not the others' */
    SPREAD = 32,
};

int hurd_cap_slot_use(int (*use)(void *what), void *what)
{
    int err = use(what);
    for (unsigned i = 1; err == EPERM && i < TRIES; i++) {
        L4_Sleep(L4_TimePeriod(PAUSE * (1 + (L4_Version(L4_MyGlobalId()) + i * i) % SPREAD)));
        err = use(what);
    }
    return err;
}
