/* SPDX-License-Identifier: MIT */
/* A line for the person in front of the machine: COM1 and VGA text. */
#ifndef REPORT_H
#define REPORT_H

void report(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
