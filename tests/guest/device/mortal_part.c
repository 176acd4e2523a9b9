/* SPDX-License-Identifier: MIT */
/* A driver of a part of the console that dies: linked around the real one's port accesses.  Each of
 * its first lives ends at a step drawn by lot, as if somebody had killed it there; then one lasts. */
#include "tests/guest/device/life.h"
#include "tests/guest/disk/mortal.h"
#include "tests/guest/lib/mortal.h"

#include "lib/driver/console.h"

enum {
    LIVES = 12,
    STEPS_LEAST = 40,           /* of a life */
    STEPS = 400,
    STEPS_FEW = 150,            /* every second life is short: a key takes few steps */
};

static long left = -1;          /* steps; negative: not yet drawn */

static long draw(void)
{
    struct driver d;
    driver_init(&d);
    L4_Word_t life = life_of(d.device.number);
    uint32_t lot = mortal_lot();
    return life > LIVES ? __LONG_MAX__ : STEPS_LEAST + (long) (lot % (life % 2 ? STEPS_FEW : STEPS));
}

void mortal_step(void)
{
    if (left < 0)
        left = draw();
    if (left-- == 0)
        mortal_end();
}

WRAP(uint8_t, port_in8, (uint16_t port), (port))
WRAP(void, port_out8, (uint16_t port, uint8_t value), (port, value))
