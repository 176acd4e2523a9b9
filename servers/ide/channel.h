/* SPDX-License-Identifier: MIT */
/* One of the PC's two IDE channels: its registers, and the waits for them.  ATA-4, chapters 7 and
 * 9.  Each wait has a limit; a function blocks only if its comment says "Blocks". */
#ifndef IDE_CHANNEL_H
#define IDE_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#define CHANNELS 2

struct channel {
    uint16_t command;           /* the first of eight ports */
    uint16_t control;           /* one port */
    uint16_t bus_master;        /* the first of eight ports; 0: there is no bus master */
    unsigned line;
    bool present;
};

extern struct channel channels[CHANNELS];

/* Ports, counted from the first one of the command block. */
enum {
    REGISTER_DATA = 0,
    REGISTER_ERROR = 1,         /* when written: features */
    REGISTER_COUNT = 2,
    REGISTER_LBA = 3,           /* three ports, the lowest byte first */
    REGISTER_DRIVE = 6,
    REGISTER_STATUS = 7,        /* reading it takes the interrupt back; when written: the command */
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
    ATA_READ_MULTIPLE = 0xC4,   /* one interrupt for several sectors; SET_MULTIPLE says for how
                                   many */
    ATA_WRITE_MULTIPLE = 0xC5,
    ATA_SET_MULTIPLE = 0xC6,
    ATA_READ_DMA = 0xC8,
    ATA_WRITE_DMA = 0xCA,
    ATA_FLUSH = 0xE7,
    ATA_IDENTIFY = 0xEC,
    ATA_SET_FEATURES = 0xEF,
    FEATURE_TRANSFER_MODE = 3,
};

/* Returns the status without taking the drive's interrupt back. */
uint8_t channel_look(const struct channel *c);

/* Waits until BSY is clear and the bits of `mask` are as in `want`, at most `us` microseconds.
 * Returns false if the time is up.  Blocks. */
bool channel_wait(const struct channel *c, uint8_t mask, uint8_t want, uint32_t us);

/* Selects the drive for the next command.  Returns false if the channel stays busy.  Blocks, for 2
 * s at most. */
bool channel_select(const struct channel *c, unsigned drive);

/* Sends a command with its arguments to the selected drive.  An interrupt comes when the command
 * ends. */
void channel_command(const struct channel *c, unsigned drive, uint8_t command, uint8_t features,
                     uint32_t sector, uint32_t count);

/* Lets the channel's interrupts through, or keeps them back. */
void channel_interrupts(const struct channel *c, bool on);

/* Resets the channel: both drives forget what they were doing.  Returns false if they do not come
 * back, or if there are none.  Blocks, for 5 s at most. */
bool channel_reset(const struct channel *c);

#endif
