/* SPDX-License-Identifier: MIT */
/* POSIX terminals, with the numbers of Linux.  For programs that link lib/posix.
 *
 * The modes belong to the console, for all programs in its foreground.  They begin as lines that
 * are shown, and do so again when the shell of the system gets the console back.  Only this has an
 * effect: ICANON; ECHO; ISIG: without it, Ctrl-C and Ctrl-Z are input; ICRNL without ICANON; VMIN
 * and VTIME. */
#ifndef LIBC_TERMIOS_H
#define LIBC_TERMIOS_H

#include <sys/types.h>

typedef unsigned tcflag_t, speed_t;
typedef unsigned char cc_t;
#define NCCS 32
struct termios {
    tcflag_t c_iflag, c_oflag, c_cflag, c_lflag;
    cc_t c_line, c_cc[NCCS];
    speed_t c_ispeed, c_ospeed;
};

#define VINTR   0
#define VQUIT   1
#define VERASE  2
#define VKILL   3
#define VEOF    4
#define VTIME   5
#define VMIN    6
#define VSTART  8
#define VSTOP   9
#define VSUSP   10
#define VEOL    11

#define BRKINT  0000002
#define ISTRIP  0000040
#define INLCR   0000100
#define IGNCR   0000200
#define ICRNL   0000400
#define IXON    0002000
#define IXOFF   0010000
#define INPCK   0000020
#define OPOST   0000001
#define ONLCR   0000004
#define CS8     0000060
#define CSIZE   0000060
#define CREAD   0000200
#define ISIG    0000001
#define ICANON  0000002
#define ECHO    0000010
#define ECHOE   0000020
#define ECHOK   0000040
#define ECHONL  0000100
#define NOFLSH  0000200
#define TOSTOP  0000400
#define IEXTEN  0100000

#define TCSANOW   0
#define TCSADRAIN 1
#define TCSAFLUSH 2             /* as TCSANOW: what was typed stays */
#define TCIFLUSH  0
#define TCOFLUSH  1
#define TCIOFLUSH 2
#define B9600     13

/* All: EBADF, ENOTTY. */
int tcgetattr(int descriptor, struct termios *modes);
/* EINVAL: when.  EINTR, EPERM and SIGTTOU: as tcsetpgrp() in <unistd.h>. */
int tcsetattr(int descriptor, int when, const struct termios *modes);
int tcflush(int descriptor, int what);
int tcdrain(int descriptor);
speed_t cfgetospeed(const struct termios *modes);
speed_t cfgetispeed(const struct termios *modes);
int cfsetospeed(struct termios *modes, speed_t speed);
int cfsetispeed(struct termios *modes, speed_t speed);

#endif
