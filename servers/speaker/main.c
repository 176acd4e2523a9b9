/* SPDX-License-Identifier: MIT */
/* The driver of the PC speaker.  Counter 2 of the timer makes a square wave; a gate lets it through
 * to the speaker.  The framework has set the counter's mode. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/speaker.h>
#include <l4/ipc.h>

#include "lib/driver/driver.h"

enum {
    TIMER_HERTZ = 1193182,
    GATE_ON = 3,                /* the counter counts; its output goes to the speaker */
};

static uint16_t counter, gate;          /* ports */

static int beep(struct hurd_cap_call *call)
{
    if (call->words != 2)
        return EINVAL;
    L4_Word_t hertz = call->arg[0], ms = call->arg[1];
    if (hertz < HURD_SPEAKER_LOWEST || hertz > HURD_SPEAKER_HIGHEST || ms == 0 ||
        ms > HURD_SPEAKER_LONGEST)
        return EINVAL;
    uint32_t count = TIMER_HERTZ / hertz;
    port_out8(counter, (uint8_t) count);
    port_out8(counter, (uint8_t) (count >> 8));
    port_out8(gate, port_in8(gate) | GATE_ON);
    L4_Sleep(L4_TimePeriod(ms * 1000));
    port_out8(gate, port_in8(gate) & ~GATE_ON);
    return 0;
}

static int serve(struct hurd_cap_call *call)
{
    return call->label == HURD_SPEAKER_BEEP ? beep(call) : EOPNOTSUPP;
}

int main(void)
{
    struct driver d;
    int err = driver_init(&d);
    if (!err)
        err = driver_ports(&d, 0, &counter, NULL);
    if (!err)
        err = driver_ports(&d, 1, &gate, NULL);
    if (!err)
        err = driver_serve(&d, serve, NULL);
    printf("speaker: %s\n", strerror(err));
    return EXIT_FAILURE;
}
