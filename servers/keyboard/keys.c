/* SPDX-License-Identifier: MIT */
/* The driver of the keyboard.  deva gets scan codes, and says which lights shall be on. */
#include "keyboard.h"

#include <stddef.h>

#include "servers/isa/isa.h"

static struct keyboard keyboard;

static void work(struct driver_work *w)
{
    if (!keyboard.present)
        keyboard_adopt(&keyboard, 0);
    if (w->sent < w->count) {
        w->sent = w->count;
        keyboard_light(&keyboard, w->out[w->count - 1]);
    }
    while (w->received < w->room && keyboard_read(&keyboard, &w->in[w->received])) {
        if (w->in[w->received])
            w->received++;
    }
}

int keyboard_drive(const struct driver *d)
{
    uint16_t data, status;
    int err = driver_ports(d, 0, &data, NULL);
    if (!err)
        err = driver_ports(d, 1, &status, NULL);
    return err ? err : driver_console(d, work);
}
