/* SPDX-License-Identifier: MIT */
/* The end of the machine: power off, reboot, or a sentence and then silence. */
#include "ports.h"
#include "wortel.h"
#include <l4/ipc.h>
#include <l4/schedule.h>
#include <stdarg.h>
#include <stdio.h>

#define DEBUG_EXIT      0xF4        /* QEMU's isa-debug-exit: its status is value * 2 + 1 */
#define BOCHS_SHUTDOWN  0x8900
#define EXIT_MARK       0x20        /* so the status cannot look like QEMU's own error status */

/* The ports of virtual machines come first.  On real hardware no device is at these ports. */
static void power_off(L4_Word_t status)
{
    outb(DEBUG_EXIT, (unsigned char)(EXIT_MARK | (status & 0x1F)));
    for (const char *s = "Shutdown"; *s; s++)
        outb(BOCHS_SHUTDOWN, (unsigned char)*s);
    outw(0x604, 0x2000);            /* ACPI PM1a control of QEMU, */
    outw(0xB004, 0x2000);           /* and of older QEMU, and of Bochs */
}

static void reboot(void)
{
    for (int i = 0; i < 100000 && (inb(0x64) & 2); i++)
        ;
    outb(0x64, 0xFE);               /* the keyboard controller pulses the reset line */
    L4_Sleep(L4_TimePeriod(100000));
    outb(0xCF9, 2);                 /* reset by the chipset, if it can */
    outb(0xCF9, 6);
    L4_Sleep(L4_TimePeriod(100000));
}

static void __attribute__((noreturn)) stand_still(void)
{
    for (;;)
        L4_Sleep(L4_Never);
}

void system_shutdown(L4_Word_t status, enum hurd_shutdown how)
{
    console_take_back();
    console_drain();
    if (how == HURD_SHUTDOWN_POWEROFF)
        power_off(status);
    else if (how == HURD_SHUTDOWN_REBOOT)
        reboot();
    say("wortel: halted with status %lu. It is safe to switch off.\n", status);
    stand_still();
}

void boot_fail(const char *format, ...)
{
    char line[240];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    console_take_back();
    say("wortel: %s Halted.\n", line);
    stand_still();
}
