/* SPDX-License-Identifier: MIT */
/* The 256 words that a drive says about itself.  Pure. */
#ifndef IDE_IDENTIFY_H
#define IDE_IDENTIFY_H

#include <stdbool.h>
#include <stdint.h>

#define IDENTIFY_WORDS 256

struct identity {
    uint32_t sectors;           /* by LBA28; 0: the drive does not know LBA */
    uint8_t dma_mode;           /* for SET FEATURES: 0x40 + UDMA mode, 0x20 + multiword DMA mode;
                                   0: no DMA */
    uint8_t multiple;           /* the most sectors between two interrupts, for SET MULTIPLE: 1
                                   to 16 */
    char model[40];             /* without a zero at the end if all are used */
};

void identify_read(const uint16_t words[IDENTIFY_WORDS], struct identity *identity);

#endif
