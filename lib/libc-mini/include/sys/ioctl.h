/* SPDX-License-Identifier: MIT */
/* ioctl(): the size of a terminal, and tcgetattr() and tcsetattr() by their old names.  For
 * programs that link lib/posix. */
#ifndef LIBC_SYS_IOCTL_H
#define LIBC_SYS_IOCTL_H

struct winsize {
    unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};

#define TIOCGWINSZ 0x5413
#define TCGETS     0x5401
#define TCSETS     0x5402
#define TCSETSW    0x5403
#define TCSETSF    0x5404

/* LINES and COLUMNS of the environment, or 25 by 80 where the console has a screen, else 24 by 80:
 * a serial line does not tell.  EBADF; ENOTTY: no terminal, or another request. */
int ioctl(int descriptor, unsigned long request, ...);

#endif
