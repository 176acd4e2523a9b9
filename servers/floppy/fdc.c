/* SPDX-License-Identifier: MIT */
/* One conversation with the controller after the other: bytes of a command, perhaps an interrupt,
 * bytes of results.  Before: drive.c.  After: the hardware. */
#include "fdc.h"

#include "lib/driver/driver.h"

enum {
    STATUS_READY = 0x80,        /* a byte may go, */
    STATUS_TO_US = 0x40,        /* and goes this way */
    STATUS_COMMAND = 0x10,      /* a command is under way */
    OUTPUT_RUN = 0x04,          /* 0: reset */
    OUTPUT_DMA = 0x08,          /* interrupts and DMA go through */
    OUTPUT_MOTOR = 0x10,        /* of drive 0; the next bits are the next drives' */
    DRIVES_POLLED = 4,          /* a reset makes one interrupt, with a status for each drive */
    STEP_LOAD = 0xDF,           /* SPECIFY: 3 ms a step, 240 ms until the heads are lifted, */
    LOAD_DMA = 0x02,            /* 2 ms until they are down; data by DMA */
    FIFO = 0x08,                /* CONFIGURE: a FIFO, no polling, request DMA at 8 bytes, */
    NO_POLLING = 0x10,
    MODE_TO_MEMORY = 0x46,      /* the 8237's channel 2: single transfers, */
    MODE_FROM_MEMORY = 0x4A,    /* which are named from the device's side */
    CHANNEL = 2,
    CHANNEL_OFF = 4,
};

enum {
    LOOKS = 1000,               /* of the status, before the first pause */
    READY_TIME = 20000,         /* us, as the next ones */
    PAUSE = 1000,
    RESET_PAUSE = 50,
    RESET_TIME = 250000,
    SEEK_TIME = 3000000,
};

struct fdc fdc;
static uint8_t output = OUTPUT_RUN | OUTPUT_DMA;

/* ---- bytes ---- */

static bool ready(uint8_t direction)
{
    uint64_t start = driver_clock();
    for (unsigned i = 0;; i++) {
        uint8_t status = port_in8(fdc.base + FDC_STATUS);
        if (status & STATUS_READY)
            return (status & STATUS_TO_US) == direction;
        if (i < LOOKS)
            continue;
        if (driver_clock() - start >= READY_TIME)
            return false;
        driver_pause(PAUSE);
    }
}

bool fdc_send(const uint8_t *bytes, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!ready(0))
            return false;
        port_out8(fdc.base + FDC_DATA, bytes[i]);
    }
    return true;
}

unsigned fdc_results(uint8_t *to, unsigned most)
{
    unsigned count = 0;
    while (count < most && ready(STATUS_TO_US))
        to[count++] = port_in8(fdc.base + FDC_DATA);
    return count;
}

/* An interrupt that came too late for its command must not end the next one. */
static void forget_interrupts(void)
{
    while (fdc_interrupt(0))
        continue;
}

/* ---- reset, drives, motors ---- */

static void put_output(void)
{
    port_out8(fdc.base + FDC_OUTPUT, output);
}

void fdc_select(unsigned drive)
{
    output = (output & ~3u) | drive;
    put_output();
}

void fdc_motor(unsigned drive, bool on)
{
    uint8_t bit = (uint8_t) (OUTPUT_MOTOR << drive);
    output = on ? output | bit : output & ~bit;
    put_output();
}

bool fdc_motor_runs(unsigned drive)
{
    return output >> drive & OUTPUT_MOTOR;
}

/* Asks why the controller has interrupted.  Returns the number of bytes: 2, or 1 if it did not. */
static unsigned sense(uint8_t result[2])
{
    static const uint8_t command[] = { FDC_SENSE };
    return fdc_send(command, sizeof command) ? fdc_results(result, 2) : 0;
}

static bool set_modes(void)
{
    static const uint8_t specify[] = { FDC_SPECIFY, STEP_LOAD, LOAD_DMA };
    static const uint8_t configure[] = { FDC_CONFIGURE, 0, NO_POLLING | FIFO, 0 };
    uint8_t result[2];
    if (!fdc_send(specify, sizeof specify))
        return false;
    for (unsigned i = 0; i < sizeof configure; i++) {
        if (!fdc_send(&configure[i], 1)) {      /* an older controller says that it knows none */
            fdc_results(result, 1);
            break;
        }
    }
    return true;
}

bool fdc_reset(void)
{
    uint8_t result[2];
    output |= OUTPUT_RUN | OUTPUT_DMA;
    forget_interrupts();
    port_out8(fdc.base + FDC_OUTPUT, output & ~OUTPUT_RUN);
    driver_pause(RESET_PAUSE);
    put_output();
    fdc_interrupt(RESET_TIME);          /* if it got lost, the results tell */
    for (unsigned i = 0; i < DRIVES_POLLED; i++) {
        if (sense(result) == 0)
            return false;
    }
    return set_modes();
}

/* ---- the heads ---- */

static bool seek_ends(unsigned cylinder)
{
    uint8_t result[2];
    fdc_interrupt(SEEK_TIME);
    return sense(result) == 2 && result[0] & ST0_SEEK_END &&
           !(result[0] & (ST0_FAILED | ST0_CHECK)) && result[1] == cylinder;
}

bool fdc_recalibrate(unsigned drive)
{
    const uint8_t command[] = { FDC_RECALIBRATE, (uint8_t) drive };
    forget_interrupts();
    return fdc_send(command, sizeof command) && seek_ends(0);
}

bool fdc_seek(unsigned drive, unsigned cylinder)
{
    const uint8_t command[] = { FDC_SEEK, (uint8_t) drive, (uint8_t) cylinder };
    forget_interrupts();
    return fdc_send(command, sizeof command) && seek_ends(cylinder);
}

/* ---- data ---- */

void fdc_dma(uint32_t physical, unsigned bytes, bool to_memory)
{
    port_out8(fdc.dma_control, CHANNEL_OFF | CHANNEL);
    port_out8(fdc.dma_control + 1, to_memory ? MODE_TO_MEMORY : MODE_FROM_MEMORY);
    port_out8(fdc.dma_control + 2, 0);          /* the low byte comes first */
    port_out8(fdc.dma, (uint8_t) physical);
    port_out8(fdc.dma, (uint8_t) (physical >> 8));
    port_out8(fdc.dma_page, (uint8_t) (physical >> 16));
    port_out8(fdc.dma_control + 2, 0);
    port_out8(fdc.dma + 1, (uint8_t) (bytes - 1));
    port_out8(fdc.dma + 1, (uint8_t) ((bytes - 1) >> 8));
    port_out8(fdc.dma_control, CHANNEL);
}

bool fdc_run(const uint8_t *bytes, unsigned count, uint8_t result[FDC_RESULTS], uint32_t us)
{
    forget_interrupts();
    if (!fdc_send(bytes, count))
        return false;
    fdc_interrupt(us);
    return port_in8(fdc.base + FDC_STATUS) & STATUS_TO_US &&
           fdc_results(result, FDC_RESULTS) == FDC_RESULTS;
}
