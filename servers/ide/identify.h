/* SPDX-License-Identifier: MIT */
/* The 256 words that a drive says of itself.  Pure. */
#ifndef IDE_IDENTIFY_H
#define IDE_IDENTIFY_H

#include <stdbool.h>
#include <stdint.h>

#define IDENTIFY_WORDS 256

struct identity {
    uint32_t sectors;           /* by LBA28; 0: the drive cannot do that */
    uint8_t dma_mode;           /* for SET FEATURES: 0x40 + UDMA, 0x20 + multiword DMA; 0: none */
    uint8_t multiple;           /* sectors between two interrupts, by SET MULTIPLE: 1 to 16 */
    char model[40];             /* not terminated when all are used */
};

void identify_read(const uint16_t words[IDENTIFY_WORDS], struct identity *identity);

#endif
