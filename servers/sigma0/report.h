/* SPDX-License-Identifier: MIT */
/* Prints a line for the user of the machine, on COM1 and on the VGA text screen. */
#ifndef REPORT_H
#define REPORT_H

void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
