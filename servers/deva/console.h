/* SPDX-License-Identifier: MIT */
/* The console: one character device.  It is made of a serial port, a screen and a keyboard, as far
 * as the machine has them. */
#ifndef DEVA_CONSOLE_H
#define DEVA_CONSOLE_H

#include "fifo.h"
#include "keymap.h"
#include "line.h"
#include "screen.h"

#include <hurd/cap.h>
#include <hurd/deva.h>

#include "servers/keyboard/keyboard.h"
#include "servers/serial/uart.h"

#define CONSOLE_READERS      2200   /* `task` cannot create so many threads, so no reader is
                                       refused for lack of room */
#define CONSOLE_READERS_TASK 64     /* at most so many readers of one task */

enum read_kind {
    READ_CHARACTER,             /* io_read: one byte as it was typed; nothing else is in the
                                   reply */
    READ_RAW,                   /* bytes as they were typed */
    READ_LINE,                  /* a finished line, or the rest of it */
};

/* A read, and the thread that waits for it, if the thread waits. */
struct reader {
    L4_ThreadId_t thread;
    enum read_kind kind;
    unsigned limit;             /* the most bytes that it takes */
    bool in_front;              /* it does not wait for the foreground */
    bool peeks;                 /* it takes nothing */
};

struct console {
    struct hurd_cap_object object;      /* the first member, because the capability is on the
                                           console */
    struct uart uart;
    struct screen screen;
    uint16_t *card;                     /* its memory, if there is a screen */
    L4_Word_t picture;                  /* physmem's container with the screen's cells */
    struct keyboard keyboard;
    struct keymap keymap;
    struct fifo input;                  /* bytes that were typed, and are neither read nor in the
                                           line */
    struct line line;                   /* the foreground's line, as far as a reader asked for
                                           lines */
    unsigned owner;             /* the task that chose the foreground; 0: no task did */
    unsigned foreground;        /* the task or group whose readers get input; 0: all tasks */
    unsigned given;             /* the task or group to which the owner gave it; a
                                   program may have given it on */
    struct typed {              /* how often these were typed for the owner since the last report */
        unsigned interrupts, suspends;  /* Ctrl-C, Ctrl-Z */
    } typed;
    struct hurd_deva_modes modes;
    unsigned reader_count;
    struct reader readers[CONSOLE_READERS];     /* the first reader_count are valid, the oldest
                                                   first */
};

extern struct console console;
extern const struct hurd_cap_class console_class;

/* Looks for the hardware.  serial, keyboard: deva has the ports of this device.  cells: memory for
 * the picture of the screen; NULL: deva does not have what the screen needs.  Pre: console.card and
 * console.picture are set if cells is not NULL. */
void console_init(bool serial, bool keyboard, uint16_t *cells);
unsigned console_parts(void);           /* HURD_DEVA_HAS_* */

/* Prints on the serial line and on the screen.  Blocks while the line takes no bytes: see
 * uart_write(). */
void console_write(const char *text, unsigned size);

bool console_wants_input(void);         /* if not, the serial line shall keep what it has */

/* Takes the bytes that the hardware has received, and serves the readers that wait.  An interrupt
 * calls for this. */
void console_receive(void);

/* The foreground may have changed: the line that is half typed was for the old one only. */
void console_line_ends(void);
/* Serves readers that may have input now. */
void console_serve_readers(void);

/* The request `status` of hurd/deva.h, after the check of the capability. */
int console_serve_status(struct hurd_cap_call *call);

/* Both functions forget readers: console_cancel() one thread, with ECANCELED as its reply;
 * console_forget_task() a task's, without a reply.  console_cancel() returns 0, or ESRCH if the
 * thread does not wait. */
bool console_is_reader(L4_ThreadId_t thread);   /* the thread waits for input */
/* The thread sends another request, so it does not wait any more. */
void console_forget_reader(L4_ThreadId_t thread);
int console_cancel(L4_ThreadId_t thread);
void console_forget_task(unsigned task);

#endif
