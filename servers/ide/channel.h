/* SPDX-License-Identifier: MIT */
/* One of the PC's two IDE channels: its registers, and waiting for them.  ATA-4, chapters 7 and 9. */
#ifndef IDE_CHANNEL_H
#define IDE_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#define CHANNELS 2

struct channel {
    uint16_t command;           /* eight ports */
    uint16_t control;           /* one */
    uint16_t bus_master;        /* eight; 0: there is none */
    unsigned line;
    bool present;
};

extern struct channel channels[CHANNELS];

/* Ports from the command block's first one on. */
enum {
    REGISTER_DATA = 0,
    REGISTER_ERROR = 1,         /* written: features */
    REGISTER_COUNT = 2,
    REGISTER_LBA = 3,           /* three, the lowest byte first */
    REGISTER_DRIVE = 6,
    REGISTER_STATUS = 7,        /* read: the interrupt is taken back.  Written: command */
};

enum {
    STATUS_ERROR = 0x01,
    STATUS_DATA = 0x08,
    STATUS_FAULT = 0x20,
    STATUS_READY = 0x40,
    STATUS_BUSY = 0x80,
};

enum {
    ATA_READ = 0x20,
    ATA_WRITE = 0x30,
    ATA_READ_MULTIPLE = 0xC4,   /* an interrupt for several sectors: how many, SET_MULTIPLE says */
    ATA_WRITE_MULTIPLE = 0xC5,
    ATA_SET_MULTIPLE = 0xC6,
    ATA_READ_DMA = 0xC8,
    ATA_WRITE_DMA = 0xCA,
    ATA_FLUSH = 0xE7,
    ATA_IDENTIFY = 0xEC,
    ATA_SET_FEATURES = 0xEF,
    FEATURE_TRANSFER_MODE = 3,
};

/* The status, which the drive's interrupt survives. */
uint8_t channel_look(const struct channel *c);

/* Until BSY is clear and the bits of `mask` are as in `want`, for so many us; sleeps in between.
 * False: time is up. */
bool channel_wait(const struct channel *c, uint8_t mask, uint8_t want, uint32_t us);

/* The drive that the next command is for.  False: it is busy with another one. */
bool channel_select(const struct channel *c, unsigned drive);

/* A command for the selected drive, with its arguments; interrupts come at its end. */
void channel_command(const struct channel *c, unsigned drive, uint8_t command, uint8_t features,
                     uint32_t sector, uint32_t count);

void channel_interrupts(const struct channel *c, bool on);

/* Both drives forget what they were doing.  False: they do not come back, or there are none. */
bool channel_reset(const struct channel *c);

#endif
