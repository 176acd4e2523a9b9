/* SPDX-License-Identifier: MIT */
/* Drivers that init keeps running. */
#ifndef INIT_SERVICES_H
#define INIT_SERVICES_H

/* The IDE driver, with one argument or NULL; the RAM disk of so many megabytes.  They come back when
 * the driver serves, or has said why it does not. */
void services_start_ide(const char *argument);
void services_start_ramdisk(unsigned long megabytes);

#endif
