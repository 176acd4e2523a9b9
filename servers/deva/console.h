/* SPDX-License-Identifier: MIT */
/* The console: one character device made of a serial port, a screen and a keyboard, whatever is
 * there. */
#ifndef DEVA_CONSOLE_H
#define DEVA_CONSOLE_H

#include "fifo.h"
#include "keyboard.h"
#include "line.h"
#include "screen.h"
#include "uart.h"

#include <hurd/cap.h>

#define CONSOLE_READERS      2200   /* more threads than `task` can create: none is ever refused */
#define CONSOLE_READERS_TASK 64     /* but nobody needs so many */

enum read_kind {
    READ_CHARACTER,             /* io_read: one byte as it was typed, alone in the reply */
    READ_RAW,                   /* bytes as they were typed */
    READ_LINE,                  /* (the rest of) a line that was finished */
};

/* A read, and perhaps the thread that waits for it. */
struct reader {
    L4_ThreadId_t thread;
    enum read_kind kind;
    unsigned limit;             /* most bytes it wants */
};

struct console {
    struct hurd_cap_object object;      /* first: the capability is the console */
    struct uart uart;
    struct screen screen;
    struct keyboard keyboard;
    struct fifo input;                  /* typed, and neither read nor in the line */
    struct line line;                   /* of the foreground, as far as somebody wanted lines */
    unsigned owner;             /* the task that chose the foreground, 0 = nobody has */
    unsigned foreground;        /* the task whose readers are served, 0 = all */
    unsigned interrupts;        /* Ctrl-C typed for the owner, not reported yet */
    unsigned reader_count;
    struct reader readers[CONSOLE_READERS];     /* the first reader_count, oldest first */
};

extern struct console console;
extern const struct hurd_cap_class console_class;

/* Looks for the hardware, except for what we got no ports for.  `cells`: the screen's memory, or
 * NULL. */
void console_init(bool serial, bool keyboard, volatile uint16_t *cells);
unsigned console_parts(void);           /* HURD_DEVA_HAS_* */

void console_write(const char *text, unsigned size);

/* Takes what the hardware has received (an interrupt said so) and serves the readers that wait. */
void console_receive(void);

/* hurd/deva.h, foreground; returns the interrupts typed so far. */
unsigned console_set_foreground(unsigned owner, unsigned task);

/* Forgets a reader: 0, or ESRCH.  The first answers it with ECANCELED, the second does not. */
int console_cancel(L4_ThreadId_t thread);
void console_forget_task(unsigned task);

#endif
