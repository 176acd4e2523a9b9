/* SPDX-License-Identifier: MIT */
/* Linked into a deva that hangs for eight seconds when somebody writes the character ENQ.  Its server loop is one
 * thread, so whatever it waits for there, everybody else waits for, too. */
#include <l4/ipc.h>

#include "servers/deva/screen.h"

enum { ENQ = 5 };

void __real_screen_write(struct screen *s, uint8_t byte);
void __wrap_screen_write(struct screen *s, uint8_t byte);

void __wrap_screen_write(struct screen *s, uint8_t byte)
{
    if (byte == ENQ)
        L4_Sleep(L4_TimePeriod(8000000));
    __real_screen_write(s, byte);
}
