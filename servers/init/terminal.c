/* SPDX-License-Identifier: MIT */
/* Input from deva's console, and which task gets it.  Next hop: hurd/deva.h. */
#include "terminal.h"

#include <errno.h>
#include <stdio.h>

#include <hurd/cap.h>
#include <hurd/deva.h>
#include <hurd/startup.h>
#include <l4/ipc.h>

static L4_ThreadId_t server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->console.server);
}

void terminal_write(const char *text, size_t size)
{
    fwrite(text, 1, size, stdout);
}

/* Reads one byte at a time: what is typed behind a command may be for the command's program. */
int terminal_wait_key(void)
{
    char byte;
    L4_Word_t got = 0;
    for (;;) {
        int err = hurd_deva_read_raw(server(), __hurd_startup_data->console.cap, &byte, 1, 0, &got);
        if (err == EAGAIN)
            L4_Sleep(L4_TimePeriod(10000));
        else
            return err || got == 0 ? -1 : (unsigned char) byte;
    }
}

int terminal_read(void)
{
    fflush(stdout);
    return terminal_wait_key();
}

bool terminal_key(void)
{
    char byte;
    L4_Word_t got = 0;
    return !hurd_deva_read_raw(server(), __hurd_startup_data->console.cap, &byte, 1,
                               HURD_DEVA_READ_NOBLOCK, &got) && got == 1;
}

static struct hurd_deva_typed set_foreground(L4_Word_t task)
{
    struct hurd_deva_typed typed = { 0 };
    hurd_deva_foreground(server(), __hurd_startup_data->deva_master.cap, task, &typed);
    return typed;
}

/* wortel, which reads nothing. */
bool terminal_listen(void)
{
    return set_foreground(HURD_TASK_WORTEL).interrupts > 0;
}

bool terminal_take(void)
{
    return set_foreground(HURD_TASK_INIT).interrupts > 0;
}

struct hurd_deva_typed terminal_give(L4_Word_t group)
{
    struct hurd_deva_typed typed = set_foreground(group);
    typed.foreground = group;
    return typed;
}

struct hurd_deva_typed terminal_typed(void)
{
    return set_foreground(HURD_DEVA_FOREGROUND_ASK);
}

void terminal_modes(struct hurd_deva_modes *modes, bool sets)
{
    L4_Word_t console = __hurd_startup_data->console.cap;
    if (sets)
        hurd_deva_set_modes(server(), console, modes);
    else
        hurd_deva_get_modes(server(), console, modes);
}
