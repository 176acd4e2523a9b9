/* SPDX-License-Identifier: MIT */
/* Input waits in a queue of bytes.  A reader that finds no input waits in a queue of readers.
 * Invariant between two messages: if bytes wait, no reader waits that may have them.  Bytes become
 * a line, and are shown, only when a reader asks for lines.  So the next reader gets all that is
 * not read yet as it was typed.  Before: the loop of lib/hurd-cap (requests) and interrupts.c.
 * After: hardware.c, screen.c. */
#include "console.h"
#include "foreground.h"
#include "hardware.h"
#include "master.h"
#include "statusline.h"

#include <hurd/assert.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include <hurd/deva.h>
#include <hurd/startup.h>
#include <l4/ipc.h>
#include <l4/message.h>
#include <pc/uart.h>

struct console console;

/* ---- output ---- */

void console_init(bool serial, bool keyboard, uint16_t *cells)
{
    unsigned cursor = 0;
    hurd_cap_object_init(&console.object, &console_class);
    hurd_cap_object_keep(&console.object);      /* there is always a console */
    line_init(&console.line);
    if (serial)
        uart_init(&console.uart, UART_COM1);
    bool screen = cells && vga_find(console.card, cells, &cursor);
    screen_init(&console.screen, screen ? cells : NULL, cursor);
    if (keyboard)
        keyboard_init(&console.keyboard);
}

unsigned console_parts(void)
{
    return (console.uart.present ? HURD_DEVA_HAS_SERIAL : 0) |
           (console.screen.cells ? HURD_DEVA_HAS_SCREEN : 0) |
           (console.keyboard.present ? HURD_DEVA_HAS_KEYBOARD : 0);
}

static void line_put(uint8_t byte)
{
    if (byte == '\n')
        hardware_put('\r');
    hardware_put(byte);
}

static void console_put(uint8_t byte)
{
    screen_write(&console.screen, byte);
    line_put(byte);
}

/* The screen comes first, because it does not block. */
void console_write(const char *text, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        screen_write(&console.screen, (uint8_t) text[i]);
    hardware_show();
    for (unsigned i = 0; i < size; i++)
        line_put((uint8_t) text[i]);
}

/* ---- input ---- */

static void put_nothing(uint8_t byte)
{
    (void) byte;
}

/* Moves typed bytes into the line until it is finished. */
static void line_fill(void)
{
    while (!console.line.complete && fifo_count(&console.input) > 0) {
        uint8_t byte = fifo_peek(&console.input, 0);
        fifo_drop(&console.input, 1);
        line_feed(&console.line, byte,
                  console.modes.flags & HURD_DEVA_MODE_SILENT ? put_nothing : console_put);
    }
    hardware_show();
}

/* True if a reader of this kind would get a reply now: bytes, or the end of the file. */
static bool input_ready(enum read_kind kind)
{
    if (kind != READ_LINE)
        return fifo_count(&console.input) > 0;
    line_fill();
    return console.line.complete;
}

static unsigned input_count(enum read_kind kind)
{
    return kind == READ_LINE ? console.line.length - console.line.taken
                             : fifo_count(&console.input);
}

static uint8_t input_peek(enum read_kind kind, unsigned i)
{
    return kind == READ_LINE ? console.line.bytes[console.line.taken + i]
                             : fifo_peek(&console.input, i);
}

static void input_drop(enum read_kind kind, unsigned count)
{
    if (kind == READ_LINE)
        line_drop(&console.line, count);
    else
        fifo_drop(&console.input, count);
}

/* Fills words[] with the reply for a reader.  Returns the number of words.  *taken is the number of
 * bytes in the reply; they stay in the queue until the reader has them. */
static unsigned reply_compose(const struct reader *reader, L4_Word_t *words, unsigned *taken)
{
    if (reader->peeks) {
        words[0] = input_count(reader->kind) + (input_count(reader->kind) == 0);
        *taken = 0;
        return 1;
    }
    if (reader->kind == READ_CHARACTER) {
        words[0] = input_peek(READ_CHARACTER, 0);
        *taken = 1;
        return 1;
    }
    unsigned count = input_count(reader->kind);
    if (count > reader->limit)
        count = reader->limit;
    memset(words, 0, sizeof *words * (1 + (count + 3) / 4));
    words[0] = count;
    for (unsigned i = 0; i < count; i++)
        words[1 + i / 4] |= (L4_Word_t) input_peek(reader->kind, i) << i % 4 * 8;
    assert_is(count, <=, HURD_DEVA_CHUNK);
    *taken = count;
    return 1 + (count + 3) / 4;
}

/* Sends a late reply.  Returns false if the reader does not wait any more. */
static bool reply_send(L4_ThreadId_t to, L4_Word_t label, const L4_Word_t *words, unsigned n)
{
    L4_LoadMR(0, label << 16 | n);
    for (unsigned i = 0; i < n; i++)
        L4_LoadMR((int) (1 + i), words[i]);
    return L4_IpcSucceeded(L4_Reply(to));
}

static void reader_remove(unsigned i)
{
    assert_is(i, <, console.reader_count);
    console.reader_count--;
    memmove(&console.readers[i], &console.readers[i + 1],
            (console.reader_count - i) * sizeof console.readers[0]);
}

/* Returns the oldest reader that may have input; reader_count if there is none. */
static unsigned reader_next(void)
{
    unsigned i = 0;
    while (i < console.reader_count && !foreground_has(L4_Version(console.readers[i].thread)))
        i++;
    return i;
}

static void readers_refuse(void)
{
    L4_Word_t err = EBUSY;
    for (unsigned i = console.reader_count; i-- > 0;) {
        struct reader reader = console.readers[i];
        if (!reader.in_front || foreground_has(L4_Version(reader.thread)))
            continue;
        reader_remove(i);
        reply_send(reader.thread, HURD_DEVA_ERROR, &err, 1);
    }
}

void console_serve_readers(void)
{
    unsigned i;
    readers_refuse();
    while ((i = reader_next()) < console.reader_count && input_ready(console.readers[i].kind)) {
        struct reader reader = console.readers[i];
        L4_Word_t words[1 + HURD_DEVA_CHUNK / 4];
        unsigned taken;
        unsigned n = reply_compose(&reader, words, &taken);
        reader_remove(i);
        if (reply_send(reader.thread, 0, words, n))
            input_drop(reader.kind, taken);
    }
}

/* If the queue is full, bytes stay in the serial line until a reader takes some, so none is lost.
 * But while a program has the foreground, deva goes on reading: the next byte may be the program's
 * Ctrl-C. */
bool console_wants_input(void)
{
    return fifo_count(&console.input) < FIFO_SIZE || foreground_is_given();
}

void console_receive(void)
{
    hardware_receive();
    console_serve_readers();
}

void console_line_ends(void)
{
    line_init(&console.line);
}

bool console_is_reader(L4_ThreadId_t thread)
{
    for (unsigned i = 0; i < console.reader_count; i++) {
        if (L4_IsThreadEqual(console.readers[i].thread, thread))
            return true;
    }
    return false;
}

int console_cancel(L4_ThreadId_t thread)
{
    for (unsigned i = 0; i < console.reader_count; i++) {
        if (L4_IsThreadEqual(console.readers[i].thread, thread)) {
            L4_Word_t err = ECANCELED;
            reader_remove(i);
            reply_send(thread, HURD_DEVA_ERROR, &err, 1);
            return 0;
        }
    }
    return ESRCH;
}

void console_forget_reader(L4_ThreadId_t thread)
{
    for (unsigned i = console.reader_count; i-- > 0;) {
        if (L4_IsThreadEqual(console.readers[i].thread, thread))
            reader_remove(i);
    }
}

void console_forget_task(unsigned task)
{
    for (unsigned i = console.reader_count; i-- > 0;) {
        if (L4_Version(console.readers[i].thread) == task)
            reader_remove(i);
    }
    foreground_forget_task(task);
    console_serve_readers();
}

/* ---- requests ---- */

/* The reader waits: its reply comes when there is input. */
static int reader_add(const struct reader *reader)
{
    unsigned same_task = 0;
    for (unsigned i = 0; i < console.reader_count; i++)
        same_task += L4_Version(console.readers[i].thread) == L4_Version(reader->thread);
    if (console.reader_count == CONSOLE_READERS || same_task == CONSOLE_READERS_TASK)
        return EAGAIN;
    console.readers[console.reader_count++] = *reader;
    return HURD_CAP_NO_REPLY;
}

/* Is there something to read now?  The end of the file counts as something. */
static int serve_peek(struct hurd_cap_call *call, enum read_kind kind, L4_Word_t flags)
{
    const struct reader reader = { .thread = call->from, .kind = kind, .peeks = true,
                                   .in_front = flags & HURD_DEVA_READ_IN_FRONT };
    unsigned unused;
    console_receive();
    bool in_front = foreground_has(call->task), ready = in_front && input_ready(kind);
    if (!ready && !(flags & HURD_DEVA_READ_NOBLOCK))
        return reader.in_front && !in_front ? EBUSY : reader_add(&reader);
    call->reply[0] = 0;
    call->reply_words = 1;
    if (ready)
        reply_compose(&reader, call->reply, &unused);
    return 0;
}

static int serve_read(struct hurd_cap_call *call, enum read_kind kind, unsigned limit,
                      L4_Word_t flags)
{
    struct reader reader = { .thread = call->from, .kind = kind, .limit = limit,
                             .in_front = flags & HURD_DEVA_READ_IN_FRONT };
    bool block = !(flags & HURD_DEVA_READ_NOBLOCK), in_front = foreground_has(call->task);
    console_receive();
    if (reader.in_front && !in_front)
        return EBUSY;
    if (in_front && input_ready(kind) && (block || input_count(kind) > 0)) {
        unsigned taken;
        call->reply_words = reply_compose(&reader, call->reply, &taken);
        input_drop(kind, taken);
        return 0;
    }
    if (block)
        return reader_add(&reader);
    call->reply[0] = 0;
    call->reply_words = 1;
    return 0;
}

static int serve_read_many(struct hurd_cap_call *call, enum read_kind kind)
{
    if (call->words != 3 || call->arg[1] == 0 || call->arg[1] > HURD_DEVA_CHUNK ||
        call->arg[2] & ~(L4_Word_t) (HURD_DEVA_READ_NOBLOCK | HURD_DEVA_READ_PEEK |
                                     HURD_DEVA_READ_IN_FRONT))
        return EINVAL;
    if (call->arg[2] & HURD_DEVA_READ_PEEK)
        return serve_peek(call, kind, call->arg[2]);
    return serve_read(call, kind, call->arg[1], call->arg[2]);
}

_Static_assert(SCREEN_COLUMNS == HURD_DEVA_STATUS_MOST, "a status line is a row");

int console_serve_status(struct hurd_cap_call *call)
{
    L4_Word_t size = call->words >= 2 ? call->arg[1] : 0;
    if (call->words < 2 || size > SCREEN_COLUMNS || call->words != 2 + (size + 3) / 4)
        return EINVAL;
    statusline_show(&console.screen, (const char *) &call->arg[2], size);
    hardware_show();
    return 0;
}

/* As in 2005, the reply is the request's own words. */
static int serve_write(struct hurd_cap_call *call)
{
    if (call->words != 2)
        return EINVAL;
    char c = (char) call->arg[1];
    console_write(&c, 1);
    call->reply_label = HURD_DEVA_IO_WRITE;
    call->reply[0] = call->arg[0];
    call->reply[1] = call->arg[1];
    call->reply_words = 2;
    return 0;
}

static int serve_write_many(struct hurd_cap_call *call)
{
    L4_Word_t size = call->words >= 2 ? call->arg[1] : 0;
    if (size == 0 || size > HURD_DEVA_CHUNK || call->words != 2 + (size + 3) / 4)
        return EINVAL;
    console_write((const char *) &call->arg[2], size);
    call->reply[0] = size;
    call->reply_words = 1;
    return 0;
}

static int serve_info(struct hurd_cap_call *call)
{
    if (call->words != 1)
        return EINVAL;
    call->reply[0] = HURD_DEVA_KIND_CONSOLE;
    call->reply[1] = console_parts();
    call->reply_words = 2;
    return 0;
}

/* `task` gives consoles to the tasks that it creates.  All other tasks need the master
 * capability. */
static int serve_inject(struct hurd_cap_call *call)
{
    if (call->task != HURD_TASK_TASK)
        return EPERM;
    return master_inject_console(call);
}

static int console_serve(struct hurd_cap_call *call)
{
    switch (call->label) {
    case HURD_DEVA_IO_READ:
        return call->words == 1 ? serve_read(call, READ_CHARACTER, 1, 0) : EINVAL;
    case HURD_DEVA_IO_WRITE:
        return serve_write(call);
    case HURD_DEVA_READ_MANY:
        return serve_read_many(call, READ_LINE);
    case HURD_DEVA_READ_RAW:
        return serve_read_many(call, READ_RAW);
    case HURD_DEVA_WRITE_MANY:
        return serve_write_many(call);
    case HURD_DEVA_INFO:
        return serve_info(call);
    case HURD_DEVA_CONSOLE_INJECT:
        return serve_inject(call);
    case HURD_DEVA_MODES:
        return foreground_serve_modes(call);
    case HURD_DEVA_CONSOLE_GROUP:
        return foreground_serve_group(call);
    case HURD_DEVA_FOREGROUND:
    case HURD_DEVA_KEYMAP:
    case HURD_DEVA_STATUS:
    case HURD_DEVA_IRQ_ATTACH:
    case HURD_DEVA_IRQ_DETACH:
    case HURD_DEVA_PORTS_MAP:
        return EPERM;
    default:
        return EOPNOTSUPP;
    }
}

static void console_unreferenced(struct hurd_cap_object *object)
{
    (void) object;      /* not called: console_init() keeps one reference */
}

const struct hurd_cap_class console_class = {
    .name = "console",
    .serve = console_serve,
    .unreferenced = console_unreferenced,
};
