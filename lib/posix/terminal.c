/* SPDX-License-Identifier: MIT */
/* Terminals: the modes are this program's, and choose the request that reads (hurd/deva.h). */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <hurd/deva.h>
#include <hurd/signals.h>
#include <libc.h>

#include "lib/posix/stream.h"

enum { TENTH = 100000, TICK = 10000 };  /* us */

#define CTRL(letter) ((letter) & 0x1f)

static struct termios modes = {
    .c_iflag = ICRNL, .c_oflag = OPOST | ONLCR, .c_cflag = CS8 | CREAD,
    .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK,
    .c_cc = { [VINTR] = CTRL('C'), [VQUIT] = CTRL('\\'), [VERASE] = 0x7f, [VKILL] = CTRL('U'),
              [VEOF] = CTRL('D'), [VMIN] = 1, [VSUSP] = CTRL('Z'), [VSTART] = CTRL('Q'),
              [VSTOP] = CTRL('S') },
    .c_ispeed = B9600, .c_ospeed = B9600,
};

bool terminal_is_cooked(void)
{
    return modes.c_lflag & ICANON;
}

/* ---- reading ---- */

static void take(L4_ThreadId_t server, L4_Word_t handle, uint8_t *data, L4_Word_t count)
{
    L4_Word_t shown;
    for (L4_Word_t i = 0; i < count && modes.c_iflag & ICRNL; i++) {
        if (data[i] == '\r')
            data[i] = '\n';
    }
    if (modes.c_lflag & ECHO && count > 0)
        hurd_deva_write(server, handle, data, count, &shown);
}

/* VMIN 0: waits for VTIME tenths of a second, and then says that there is nothing. */
static int read_timed(L4_ThreadId_t server, L4_Word_t handle, uint8_t *data, size_t size,
                      L4_Word_t *done)
{
    unsigned long long start = __libc_clock(), most = (unsigned) modes.c_cc[VTIME] * TENTH;
    bool broken = false;
    int err;
    do {
        err = hurd_deva_read_raw(server, handle, data, size, HURD_DEVA_READ_NOBLOCK, done);
        if (err || *done > 0 || __libc_clock() - start >= most)
            break;
        struct signal_wait outer;
        signal_wait_begin(&outer, L4_nilthread);
        broken = signal_sleep(TICK);
        signal_wait_end(&outer, 0);
    } while (!broken);
    return broken && !err && *done == 0 ? EINTR : err;
}

int terminal_read(L4_ThreadId_t server, L4_Word_t handle, uint8_t *data, size_t size, bool block,
                  L4_Word_t *done)
{
    L4_Word_t flags = block ? 0 : HURD_DEVA_READ_NOBLOCK;
    if (size > HURD_DEVA_CHUNK)
        size = HURD_DEVA_CHUNK;
    bool cooked = terminal_is_cooked();
    int err = cooked ? hurd_deva_read(server, handle, data, size, flags, done)
              : block && modes.c_cc[VMIN] == 0
                  ? read_timed(server, handle, data, size, done)
                  : hurd_deva_read_raw(server, handle, data, size, flags, done);
    if (!err && !cooked)
        take(server, handle, data, *done);
    return !err && !block && *done == 0 ? EAGAIN : err;
}

/* ---- <termios.h> ---- */

int isatty(int descriptor)
{
    struct description *d;
    int err = description_take(descriptor, &d);
    if (err)
        return posix_result(err) + 1;
    bool is = d->kind == CONSOLE;
    description_put(d);
    if (!is)
        errno = ENOTTY;
    return is;
}

int tcgetattr(int descriptor, struct termios *now)
{
    if (!isatty(descriptor))
        return -1;
    *now = modes;
    return 0;
}

int tcsetattr(int descriptor, int when, const struct termios *new)
{
    if (!isatty(descriptor))
        return -1;
    if (when < TCSANOW || when > TCSAFLUSH)
        return posix_result(EINVAL);
    modes = *new;
    return 0;
}

int tcflush(int descriptor, int what)
{
    if (!isatty(descriptor))
        return -1;
    return posix_result(what < TCIFLUSH || what > TCIOFLUSH ? EINVAL : 0);
}

int tcdrain(int descriptor)
{
    return isatty(descriptor) ? 0 : -1;
}

speed_t cfgetospeed(const struct termios *of)
{
    return of->c_ospeed;
}

speed_t cfgetispeed(const struct termios *of)
{
    return of->c_ispeed;
}

int cfsetospeed(struct termios *of, speed_t speed)
{
    of->c_ospeed = speed;
    return 0;
}

int cfsetispeed(struct termios *of, speed_t speed)
{
    of->c_ispeed = speed;
    return 0;
}

/* ---- its size ---- */

static unsigned short number_of(const char *variable, unsigned short otherwise)
{
    const char *text = getenv(variable);
    long value = text ? strtol(text, NULL, 10) : 0;
    return value > 0 && value < 1000 ? (unsigned short) value : otherwise;
}

static unsigned short rows(void)
{
    const struct description console = { .kind = CONSOLE };
    L4_ThreadId_t server;
    L4_Word_t handle, kind, parts = 0;
    stream_of(&console, &server, &handle);
    if (hurd_deva_info(server, handle, &kind, &parts))
        parts = 0;
    return parts & HURD_DEVA_HAS_SCREEN ? 25 : 24;
}

int ioctl(int descriptor, unsigned long request, ...)
{
    if (!isatty(descriptor))
        return -1;
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request == TCGETS)
        return tcgetattr(descriptor, argument);
    if (request >= TCSETS && request <= TCSETSF)
        return tcsetattr(descriptor, (int) (request - TCSETS), argument);
    if (request != TIOCGWINSZ)
        return posix_result(ENOTTY);
    struct winsize *size = argument;
    *size = (struct winsize) { .ws_row = number_of("LINES", rows()),
                               .ws_col = number_of("COLUMNS", 80) };
    return 0;
}
