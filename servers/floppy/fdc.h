/* SPDX-License-Identifier: MIT */
/* The floppy disk controller: an 82077AA, or what looks like one, with the PC's DMA channel 2.
 * Intel 82077AA data sheet, sections 2 to 6; 8237A data sheet.  Each wait has a limit. */
#ifndef FLOPPY_FDC_H
#define FLOPPY_FDC_H

#include <stdbool.h>
#include <stdint.h>

/* The ports that the framework names: 3F0 to 3F5, 3F7, and those of DMA channel 2. */
struct fdc {
    uint16_t base;              /* of the registers below */
    uint16_t rate;              /* read: the disk change line; written: the data rate */
    uint16_t dma;               /* address, count */
    uint16_t dma_page;          /* address bits 16 to 23 */
    uint16_t dma_control;       /* mask, mode, flip-flop */
    unsigned line;
};
extern struct fdc fdc;

enum {
    FDC_OUTPUT = 2,             /* digital output: motors, DMA gate, reset, drive */
    FDC_STATUS = 4,             /* main status */
    FDC_DATA = 5,
};

enum { FDC_CHANGED = 0x80 };    /* of the port `rate`: the disk was out of the drive */

enum {
    FDC_READ = 0x46,            /* MFM, one side */
    FDC_WRITE = 0x45,
    FDC_READ_ID = 0x4A,
    FDC_SPECIFY = 0x03,
    FDC_DRIVE_STATUS = 0x04,
    FDC_RECALIBRATE = 0x07,
    FDC_SENSE = 0x08,
    FDC_SEEK = 0x0F,
    FDC_CONFIGURE = 0x13,
    FDC_RESULTS = 7,            /* ST0, ST1, ST2, cylinder, head, sector, size */
};

/* Bits of the results. */
enum {
    ST0_FAILED = 0xC0,
    ST0_SEEK_END = 0x20,
    ST0_CHECK = 0x10,           /* no track 0 was found */
    ST1_PROTECTED = 0x02,
    ST3_PROTECTED = 0x40,
};

/* Sends the bytes of a command.  Returns false if the controller does not take them. */
bool fdc_send(const uint8_t *bytes, unsigned count);

/* Takes what the controller has to say, `most` bytes at most.  Returns how many there were. */
unsigned fdc_results(uint8_t *to, unsigned most);

/* Ends whatever the controller was doing.  The motors stay as they are.  Returns false if there is
 * no controller.  Blocks, for half a second at most. */
bool fdc_reset(void);

/* Selects a drive, or switches its motor. */
void fdc_select(unsigned drive);
void fdc_motor(unsigned drive, bool on);
bool fdc_motor_runs(unsigned drive);

/* Moves the heads of the selected drive; cylinder 0 by recalibration.  Returns false if they do not
 * get there.  Blocks, for some seconds at most. */
bool fdc_seek(unsigned drive, unsigned cylinder);
bool fdc_recalibrate(unsigned drive);

/* Prepares DMA channel 2 for `bytes` bytes at a physical address.  Pre: they cross no multiple of
 * 64 KB, and end below 16 MB. */
void fdc_dma(uint32_t physical, unsigned bytes, bool to_memory);

/* Runs a command that ends with an interrupt and seven results, or with none after `us`.  Returns
 * false if the controller does not answer.  Blocks. */
bool fdc_run(const uint8_t *bytes, unsigned count, uint8_t result[FDC_RESULTS], uint32_t us);

/* Waits for the controller's interrupt, `us` at most; in wait.c.  Returns false if none came.
 * Blocks. */
bool fdc_interrupt(uint32_t us);

#endif
