/* SPDX-License-Identifier: MIT */
/* Terminals: the console keeps the modes of all programs in its foreground (hurd/deva.h), and they
 * choose the request that reads. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <hurd/deva.h>
#include <hurd/signals.h>
#include <libc.h>

#include "lib/posix/stream.h"

enum { TENTH = 100000, TICK = 10000 };  /* us */
enum { MARK = offsetof(struct termios, c_cc) + NCCS };  /* no member's byte: they were set */
_Static_assert(sizeof(struct termios) == HURD_DEVA_MODE_WORDS * sizeof(L4_Word_t),
               "the console keeps all of it");

#define CTRL(letter) ((letter) & 0x1f)

static const struct termios modes_at_first = {
    .c_iflag = ICRNL, .c_oflag = OPOST | ONLCR, .c_cflag = CS8 | CREAD,
    .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK,
    .c_cc = { [VINTR] = CTRL('C'), [VQUIT] = CTRL('\\'), [VERASE] = 0x7f, [VKILL] = CTRL('U'),
              [VEOF] = CTRL('D'), [VMIN] = 1, [VSUSP] = CTRL('Z'), [VSTART] = CTRL('Q'),
              [VSTOP] = CTRL('S') },
    .c_ispeed = B9600, .c_ospeed = B9600,
};

static struct termios modes_now(L4_ThreadId_t server, L4_Word_t handle)
{
    struct hurd_deva_modes said;
    struct termios modes;
    if (hurd_deva_get_modes(server, handle, &said) || !((const char *) said.words)[MARK])
        return modes_at_first;
    memcpy(&modes, said.words, sizeof modes);
    return modes;
}

static int modes_set(L4_ThreadId_t server, L4_Word_t handle, const struct termios *modes)
{
    struct hurd_deva_modes said = { .flags = (modes->c_lflag & ECHO ? 0 : HURD_DEVA_MODE_SILENT) |
                                             (modes->c_lflag & ISIG ? 0 : HURD_DEVA_MODE_KEYS) };
    memcpy(said.words, modes, sizeof *modes);
    ((char *) said.words)[MARK] = 1;
    return hurd_deva_set_modes(server, handle, &said);
}

bool terminal_is_cooked(L4_ThreadId_t server, L4_Word_t handle)
{
    return modes_now(server, handle).c_lflag & ICANON;
}

/* ---- reading ---- */

static void take(L4_ThreadId_t server, L4_Word_t handle, const struct termios *modes,
                 uint8_t *data, L4_Word_t count)
{
    L4_Word_t shown;
    for (L4_Word_t i = 0; i < count && modes->c_iflag & ICRNL; i++) {
        if (data[i] == '\r')
            data[i] = '\n';
    }
    if (modes->c_lflag & ECHO && count > 0)
        hurd_deva_write(server, handle, data, count, &shown);
}

/* VMIN 0: waits for VTIME tenths of a second, and then says that there is nothing. */
static int read_timed(L4_ThreadId_t server, L4_Word_t handle, unsigned tenths, uint8_t *data,
                      size_t size, L4_Word_t *done)
{
    unsigned long long start = __libc_clock(), most = tenths * TENTH;
    bool broken = false;
    int err;
    do {
        err = hurd_deva_read_raw(server, handle, data, size,
                                 HURD_DEVA_READ_NOBLOCK | HURD_DEVA_READ_IN_FRONT, done);
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
    L4_Word_t flags = HURD_DEVA_READ_IN_FRONT | (block ? 0 : HURD_DEVA_READ_NOBLOCK);
    if (size > HURD_DEVA_CHUNK)
        size = HURD_DEVA_CHUNK;
    struct termios modes = modes_now(server, handle);
    bool cooked = modes.c_lflag & ICANON;
    int err = cooked ? hurd_deva_read(server, handle, data, size, flags, done)
              : block && modes.c_cc[VMIN] == 0
                  ? read_timed(server, handle, modes.c_cc[VTIME], data, size, done)
                  : hurd_deva_read_raw(server, handle, data, size, flags, done);
    if (!err && !cooked)
        take(server, handle, &modes, data, *done);
    return !err && !block && *done == 0 ? EAGAIN : err;
}

/* ---- <termios.h> ---- */

static void console_of(L4_ThreadId_t *server, L4_Word_t *handle)
{
    const struct description console = { .kind = CONSOLE };
    stream_of(&console, server, handle);
}

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
    L4_ThreadId_t server;
    L4_Word_t handle;
    console_of(&server, &handle);
    *now = modes_now(server, handle);
    return 0;
}

int tcsetattr(int descriptor, int when, const struct termios *new)
{
    if (!isatty(descriptor))
        return -1;
    if (when < TCSANOW || when > TCSAFLUSH)
        return posix_result(EINVAL);
    L4_ThreadId_t server;
    L4_Word_t handle;
    console_of(&server, &handle);
    int err = terminal_wait_for_foreground(SIGTTOU, 0);
    return posix_result(err ? err : modes_set(server, handle, new));
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
    L4_ThreadId_t server;
    L4_Word_t handle, kind, parts = 0;
    console_of(&server, &handle);
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
