/* SPDX-License-Identifier: MIT */
/* Input from deva's console, with room for what is typed while a program runs.  Next hop:
 * hurd/deva.h. */
#include "terminal.h"

#include <stdio.h>

#include <hurd/deva.h>
#include <hurd/startup.h>

#define CTRL_C 3

static char ahead[512];             /* typed and not read yet: ahead[first .. last) */
static size_t first, last;

static L4_ThreadId_t server(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->console.server);
}

/* Takes what the console has.  False when it is gone. */
static bool fetch(L4_Word_t flags)
{
    if (first == last)
        first = last = 0;
    L4_Word_t room = sizeof ahead - last;
    L4_Word_t got = 0;
    if (room == 0)
        return true;
    if (hurd_deva_read(server(), __hurd_startup_data->console.cap, ahead + last, room, flags, &got))
        return false;
    last += got;
    return true;
}

void terminal_write(const char *text, size_t size)
{
    fwrite(text, 1, size, stdout);
}

int terminal_read(void)
{
    fflush(stdout);
    while (first == last) {
        if (!fetch(0))
            return -1;
    }
    return (unsigned char) ahead[first++];
}

bool terminal_interrupted(void)
{
    size_t seen = last;
    if (first == last)
        seen = 0;
    fetch(HURD_DEVA_READ_NOBLOCK);
    for (size_t i = seen; i < last; i++) {
        if (ahead[i] == CTRL_C) {
            first = last = 0;       /* as terminals do: what was typed before it is gone as well */
            return true;
        }
    }
    return false;
}
