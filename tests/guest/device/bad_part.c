/* SPDX-License-Identifier: MIT */
/* A driver of a part of the console that is no good in its first lives: linked around the real one's
 * loop.  It loops, sleeps, says nonsense in three ways; its sixth life is good.  The screen's also
 * writes nonsense on the screen. */
#include "tests/guest/device/life.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include <hurd/console.h>
#include <l4/ipc.h>
#include <l4/thread.h>

#include "lib/driver/console.h"

int __real_driver_console(const struct driver *d, void (*work)(struct driver_work *w));
int __wrap_driver_console(const struct driver *d, void (*work)(struct driver_work *w));

enum { GOOD_LIFE = 5 };

static volatile void *at;
static uint32_t bytes;          /* 0: the device has no memory */

static void work_loops(struct driver_work *w)
{
    for (volatile int forever = 1; forever;)
        (void) w;
}

static void work_sleeps(struct driver_work *w)
{
    (void) w;
    L4_Sleep(L4_Never);
}

/* Writes into the device's memory, if it has some. */
static void scribble(void)
{
    volatile uint16_t *cells = at;
    for (uint32_t i = 0; i < bytes / sizeof cells[0]; i++)
        cells[i] = 0x4700 | '#';
}

/* Takes the part, and says this; then writes into memory that is not its own any more. */
static int say(const struct driver *d, L4_Word_t done, L4_Word_t count, unsigned words)
{
    const L4_Word_t take[] = { d->handle, L4_GlobalIdOf(L4_Pager()).raw };
    const L4_Word_t message[] = { d->handle, done, count, 0 };
    hurd_driver_register(d->deva, d->handle, L4_MyGlobalId());
    int err = hurd_cap_rpc(d->deva, HURD_CONSOLE_DRIVE, 2, take, 0, NULL, NULL);
    if (!err)
        err = hurd_cap_rpc(d->deva, HURD_CONSOLE_EXCHANGE, words, message, 0, NULL, NULL);
    if (bytes > 0) {
        scribble();
        printf("the device's memory was not taken back\n");
    }
    return err;
}

int __wrap_driver_console(const struct driver *d, void (*work)(struct driver_work *w))
{
    L4_Word_t life = life_of(d->device.number);
    if (life < GOOD_LIFE && !driver_memory(d, 0, &at, &bytes))
        scribble();
    switch (life) {
    case 0:
        return __real_driver_console(d, work_loops);
    case 1:
        return __real_driver_console(d, work_sleeps);
    case 2:
        return say(d, 1000000, 0, 3);
    case 3:
        return say(d, 0, (L4_Word_t) -1, 4);
    case 4:
        return say(d, 0, 0, 1);
    default:
        return __real_driver_console(d, work);
    }
}
