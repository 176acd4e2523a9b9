/* SPDX-License-Identifier: MIT */
/* Input from deva's console, and who has it.  Next hop: hurd/deva.h. */
#include "terminal.h"

#include <errno.h>
#include <stdio.h>

#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/startup.h>
#include <l4/ipc.h>

#define CTRL_C 3

static char typed[HURD_DEVA_CHUNK];     /* read and not used yet: typed[first .. last) */
static size_t first, last;

static L4_ThreadId_t server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->console.server);
}

void terminal_write(const char *text, size_t size)
{
    fwrite(text, 1, size, stdout);
}

/* Blocks until something was typed: 0 or an errno. */
static int fetch(void)
{
    L4_Word_t got = 0;
    int err = hurd_deva_read(server(), __hurd_startup_data->console.cap, typed, sizeof typed, 0,
                             &got);
    first = 0;
    last = got;
    return err;
}

int terminal_read(void)
{
    fflush(stdout);
    while (first == last) {
        int err = fetch();
        if (err == EAGAIN)
            L4_Sleep(L4_TimePeriod(10000));
        else if (err)
            return -1;
    }
    return (unsigned char) typed[first++];
}

/* What we have read ahead counts as well. */
static bool interrupted_ahead(void)
{
    for (size_t i = last; i-- > first;) {
        if (typed[i] == CTRL_C) {
            first = i + 1;
            return true;
        }
    }
    return false;
}

static bool set_foreground(L4_Word_t task)
{
    L4_Word_t interrupts = 0;
    int err = hurd_deva_foreground(server(), __hurd_startup_data->deva_master.cap, task,
                                   &interrupts);
    return !err && interrupts > 0;
}

void terminal_take(void)
{
    set_foreground(HURD_TASK_INIT);
}

bool terminal_interrupted(L4_Word_t task)
{
    return interrupted_ahead() | set_foreground(task);
}
