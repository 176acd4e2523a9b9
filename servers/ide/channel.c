/* SPDX-License-Identifier: MIT */
/* The registers of a channel.  Before: drive.c.  After: the hardware. */
#include "channel.h"
#include "ports.h"

enum {
    CONTROL_QUIET = 0x02,       /* no interrupts */
    CONTROL_RESET = 0x04,
    DRIVE_LBA = 0xE0,           /* bits 7 and 5 have been ones since the first drives */
    DRIVE_SECOND = 0x10,
    LOOKS = 4, /* so many reads of the status, until it is that of the selected drive: 400 ns */
    FAST_LOOKS = 200,           /* before the first sleep */
    PAUSE = 1000,               /* in us, as the two that follow */
    SELECT_TIME = 1000000,
    RESET_TIME = 5000000,
    NOBODY = 0xFF,              /* what a bus without drives reads as */
};

struct channel channels[CHANNELS] = {
    { .command = 0x1F0, .control = 0x3F6, .line = 14 },
    { .command = 0x170, .control = 0x376, .line = 15 },
};

uint8_t channel_look(const struct channel *c)
{
    return port_in8(c->control);
}

bool channel_wait(const struct channel *c, uint8_t mask, uint8_t want, uint32_t us)
{
    uint64_t start = port_clock();
    for (unsigned i = 0;; i++) {
        uint8_t status = channel_look(c);
        if (!(status & STATUS_BUSY) && (status & mask) == want)
            return true;
        if (i < FAST_LOOKS)
            continue;
        if (port_clock() - start >= us)
            return false;
        port_pause(PAUSE);
    }
}

static void settle(const struct channel *c)
{
    for (int i = 0; i < LOOKS; i++)
        channel_look(c);
}

bool channel_select(const struct channel *c, unsigned drive)
{
    if (!channel_wait(c, STATUS_DATA, 0, SELECT_TIME))
        return false;
    port_out8(c->command + REGISTER_DRIVE, DRIVE_LBA | (drive ? DRIVE_SECOND : 0));
    settle(c);
    return channel_wait(c, STATUS_DATA, 0, SELECT_TIME);
}

void channel_command(const struct channel *c, unsigned drive, uint8_t command, uint8_t features,
                     uint32_t sector, uint32_t count)
{
    port_out8(c->command + REGISTER_ERROR, features);
    port_out8(c->command + REGISTER_COUNT, (uint8_t) count); /* a count of 256 is written as 0 */
    for (int i = 0; i < 3; i++)
        port_out8(c->command + REGISTER_LBA + i, (uint8_t) (sector >> 8 * i));
    port_out8(c->command + REGISTER_DRIVE,
              DRIVE_LBA | (drive ? DRIVE_SECOND : 0) | (sector >> 24 & 0x0F));
    port_out8(c->command + REGISTER_STATUS, command);
    settle(c);
}

void channel_interrupts(const struct channel *c, bool on)
{
    port_out8(c->control, on ? 0 : CONTROL_QUIET);
}

bool channel_reset(const struct channel *c)
{
    port_out8(c->control, CONTROL_RESET | CONTROL_QUIET);
    port_pause(PAUSE);
    port_out8(c->control, CONTROL_QUIET);
    port_pause(2 * PAUSE);
    return channel_look(c) != NOBODY && channel_wait(c, STATUS_DATA, 0, RESET_TIME);
}
