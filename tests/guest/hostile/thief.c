/* SPDX-License-Identifier: MIT */
/* A program that wants the console all the time: for itself, without Ctrl-C.  For
 * tests/system/hostile.py. */
#include <stdio.h>
#include <unistd.h>

#include <hurd/deva.h>
#include <hurd/startup.h>
#include <l4/ipc.h>

enum { PAUSE = 5000 };                  /* us */

int main(void)
{
    const struct hurd_startup_cap console = __hurd_startup_data->console;
    const L4_ThreadId_t deva = L4_ThreadIdOfRaw(console.server);
    const struct hurd_deva_modes modes = { .flags = HURD_DEVA_MODE_KEYS | HURD_DEVA_MODE_SILENT };
    for (;;) {
        L4_Word_t group = (L4_Word_t) getpgrp();
        hurd_deva_set_modes(deva, console.cap, &modes);
        hurd_deva_console_group(deva, console.cap, &group);
        L4_Sleep(L4_TimePeriod(PAUSE));
    }
}
