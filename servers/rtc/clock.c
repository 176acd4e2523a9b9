/* SPDX-License-Identifier: MIT */
/* The driver of the clock chip: hurd/clock.h. */
#include "chip.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <hurd/clock.h>
#include <l4/ipc.h>
#include <l4/schedule.h>

#include "servers/isa/isa.h"

enum { PAUSE = 1000 };          /* us */

static uint16_t chip;           /* the first of two ports: number of the register, and its value */

uint8_t chip_register(uint8_t number)
{
    port_out8(chip, number);
    return port_in8(chip + 1);
}

void chip_pause(void)
{
    L4_Sleep(L4_TimePeriod(PAUSE));
}

static int clock_read(struct hurd_cap_call *call)
{
    struct chip_time t;
    if (call->words != 0)
        return EINVAL;
    if (!chip_read(&t))
        return EIO;
    uint64_t kernel = L4_SystemClock().raw;
    struct hurd_clock_time reply = {
        t.year, t.month, t.day, t.hour, t.minute, t.second,
        (L4_Word_t) kernel, (L4_Word_t) (kernel >> 32),
    };
    memcpy(call->reply, &reply, sizeof reply);
    call->reply_words = sizeof reply / sizeof(L4_Word_t);
    return 0;
}

static int serve(struct hurd_cap_call *call)
{
    return call->label == HURD_CLOCK_READ ? clock_read(call) : EOPNOTSUPP;
}

int clock_drive(const struct driver *d)
{
    int err = driver_ports(d, 0, &chip, NULL);
    return err ? err : driver_serve(d, serve, NULL);
}
