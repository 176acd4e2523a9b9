/* SPDX-License-Identifier: MIT */
/* The clock chip (MC146818) and its CMOS memory: from its registers to a date. */
#ifndef RTC_CHIP_H
#define RTC_CHIP_H

#include <stdbool.h>
#include <stdint.h>

struct chip_time {
    unsigned year, month, day, hour, minute, second;
};

/* Returns a register's value.  main.c has the real one; host tests bring a chip of their own. */
uint8_t chip_register(uint8_t number);
/* Lets some time pass, about a millisecond. */
void chip_pause(void);

/* Reads the time.  Returns false if the chip never stops updating, or if its registers hold no
 * time.  Blocks, for some ms at most. */
bool chip_read(struct chip_time *time);

#endif
