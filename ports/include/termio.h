/* SPDX-License-Identifier: MIT */
/* System V's terminals, for old programs: <termios.h> by other names. */
#ifndef PORTS_TERMIO_H
#define PORTS_TERMIO_H

#include <sys/ioctl.h>
#include <termios.h>

#define termio  termios
#define TCGETA  TCGETS
#define TCSETA  TCSETS
#define TCSETAW TCSETSW
#define TCSETAF TCSETSF
#define CBAUD   017
#define IXANY   04000
#define IGNBRK  01
#define VSWTCH  7

#endif
