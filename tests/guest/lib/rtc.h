/* SPDX-License-Identifier: MIT */
/* The clock chip (MC146818) as a source of interrupts: its periodic one.  Ports 0x70 and 0x71 must be open to the caller. */
#ifndef RTC_H
#define RTC_H

#include <stdint.h>

enum { RTC_LINE = 8, RTC_INDEX = 0x70, RTC_DATA = 0x71 };

static inline void rtc_write(uint8_t reg, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(reg), "Nd"((uint16_t)RTC_INDEX));
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"((uint16_t)RTC_DATA));
}

static inline uint8_t rtc_read(uint8_t reg)
{
    uint8_t value;
    __asm__ volatile("outb %0, %1" : : "a"(reg), "Nd"((uint16_t)RTC_INDEX));
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"((uint16_t)RTC_DATA));
    return value;
}

static inline void rtc_on(void)
{
    rtc_write(0x0A, 0x26); /* 1024 a second */
    rtc_write(0x0B, (uint8_t)(rtc_read(0x0B) | 0x40));
    rtc_read(0x0C);
}

static inline void rtc_off(void)
{
    rtc_write(0x0B, (uint8_t)(rtc_read(0x0B) & ~0x70));
    rtc_read(0x0C);
}

#endif
