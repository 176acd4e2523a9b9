/* SPDX-License-Identifier: MIT */
/* From the string that the starter left (start.h) to a connection and descriptors, and from
 * descriptors to the string for a program in this task's place. */
#include "lib/posix/start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/startup.h>

#include "lib/hurd-mm/streams.h"
#include "lib/posix/mapping.h"

static struct files files;
static bool connected;
static bool kept;                       /* the program before connected: but files.at */
static const char *rest;                /* of the string, behind DIRECTORY; "" without a string */
static L4_ThreadId_t server, directory_server;
static L4_Word_t directory;             /* a ticket of directory_server's; 0: "/" */

static L4_Word_t number_next(const char **text)
{
    char *end;
    L4_Word_t number = strtoul(*text, &end, 16);
    *text = *end ? end + 1 : end;
    return number;
}

/* Behind "SERVER ". */
static void kept_read(const char *text)
{
    files = (struct files) { .server = server, .container = __hurd_startup_data->kept,
                             .home = &files, .at = &files };
    files.control = __hurd_startup_data->physmem_control.cap;
    files.physmem = L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
    files.root = number_next(&text);
    files.current = number_next(&text);
    files.buffer = number_next(&text);
    posix_mask = number_next(&text);
    directory_server = L4_ThreadIdOfRaw(number_next(&text));
    kept = true;
    rest = text;
}

static void string_read(void)
{
    const char *text = (const char *) __hurd_startup_data->envz;
    rest = "";
    if (text && !strncmp(text, START_KEPT, sizeof START_KEPT - 1)) {
        text += sizeof START_KEPT - 1;
        server = L4_ThreadIdOfRaw(number_next(&text));
        kept_read(text);
        return;
    }
    if (!text || strncmp(text, START_WORD, sizeof START_WORD - 1))
        return;
    text += sizeof START_WORD - 1;
    server = L4_ThreadIdOfRaw(number_next(&text));
    directory = number_next(&text);
    directory_server = L4_ThreadIdOfRaw(number_next(&text));
    rest = text;
}

/* The current directory of the starter; the root, if that has gone. */
static void directory_claim(void)
{
    L4_Word_t out[3];
    struct files *at;
    if (!directory || files_of(&files, directory_server, &at) ||
        hurd_cap_rpc(directory_server, HURD_FS_CLAIM, 1, &directory, 3, out, NULL))
        return;
    files.at = at;
    at->current = out[0];
}

/* The current directory is still open; its server's connection was the program's before. */
static void directory_keep(void)
{
    L4_Word_t handle = files.current;
    struct files *at;
    if (directory_server.raw == server.raw)
        return;
    files.current = files.root;
    if (files_of(&files, directory_server, &at))
        return;
    at->current = handle;
    files.at = at;
}

static int connect(void)
{
    const struct hurd_startup_cap memory = __hurd_startup_data->physmem_control;
    int err = kept ? 0
                   : files_connect(&files, server, L4_ThreadIdOfRaw(memory.server), memory.cap);
    if (err)
        return err;
    connected = true;
    if (kept)
        directory_keep();
    else
        directory_claim();
    return 0;
}

int posix_files(struct files **out)
{
    if (L4_IsNilThread(server))
        return ENODEV;
    int err = connected ? 0 : connect();
    if (err)
        return err;
    *out = &files;
    return 0;
}

int posix_files_of(L4_ThreadId_t from, struct files **out)
{
    struct files *home;
    int err = posix_files(&home);
    return err ? err : files_of(home, from, out);
}

/* ---- descriptors at the start ---- */

static void console_make(int number)
{
    const struct description console = { .kind = CONSOLE, .mode = DESCRIPTION_CONSOLE,
                                         .flags = O_RDWR };
    int made;
    descriptor_make(&console, number, false, &made);
}

static unsigned posix_flags(L4_Word_t flags)
{
    unsigned ways = flags & (HURD_DIR_READS | HURD_DIR_WRITES);
    return (ways == HURD_DIR_WRITES ? O_WRONLY : ways == HURD_DIR_READS ? O_RDONLY : O_RDWR) |
           (flags & HURD_DIR_APPEND ? O_APPEND : 0);
}

/* What cannot be claimed stays closed. */
static void claim(int number, char kind, L4_ThreadId_t from, L4_Word_t ticket)
{
    struct files *unused;
    L4_Word_t out[3];
    int made;
    if (posix_files_of(from, &unused))
        return;
    if (hurd_cap_rpc(from, HURD_FS_CLAIM, 1, &ticket, 3, out, NULL))
        return;
    const bool file = kind == 'f' || kind == 'F';
    const struct description d = { .kind = file ? CONTENTS : STREAM, .server = from,
                                   .handle = out[0], .mode = out[1],
                                   .flags = posix_flags(out[2]) |
                                            (kind == 'F' || kind == 'P' ? O_NONBLOCK : 0) };
    if (descriptor_make(&d, number, false, &made))
        hurd_cap_drop(from, out[0]);
}

/* An open file of the program before; it has a name already if it was copied. */
static void adopt(int number, char kind, L4_ThreadId_t from, L4_Word_t handle)
{
    struct description d = { .kind = kind == 'f' ? CONTENTS : STREAM, .server = from,
                             .handle = handle };
    int made;
    d.mode = number_next(&rest);
    d.flags = number_next(&rest);
    if (!descriptor_share(from, handle, number))
        descriptor_make(&d, number, false, &made);
}

void start_descriptors(void)
{
    string_read();
    if (!*rest && !kept) {
        for (int i = 0; i < 3; i++)
            console_make(i);
    }
    while (*rest && *rest != 'x') {
        int number = (int) number_next(&rest);
        char kind = *rest;
        if (kind == '\0' || rest[1] == '\0')
            return;
        rest += 2;
        L4_ThreadId_t from = L4_ThreadIdOfRaw(number_next(&rest));
        L4_Word_t ticket = number_next(&rest);
        if (kind == 'c')
            console_make(number);
        else if (kind == 'm')
            posix_mask = from.raw & 0777;
        else if (kind == 'w')
            continue;                   /* lib/hurd-mm/streams.c sees to it */
        else if (kept)
            adopt(number, kind, from, ticket);
        else
            claim(number, kind, from, ticket);
    }
}

/* ---- tickets ---- */

static int ticket_of(L4_ThreadId_t from, L4_Word_t handle, L4_Word_t *ticket)
{
    return hurd_cap_rpc(from, HURD_FS_OFFER, 1, &handle, 1, ticket, NULL);
}

/* ---- for a child of fork() ---- */

L4_Word_t start_ticket(L4_ThreadId_t from, L4_Word_t handle)
{
    L4_Word_t ticket;
    return ticket_of(from, handle, &ticket) ? 0 : ticket;
}

static void directory_offer(void)
{
    struct files *at = files.at;
    directory_server = at->server;
    directory = at == &files && at->current == at->root ? 0 : start_ticket(at->server, at->current);
}

/* The child makes connections of its own, so it needs no copy of these containers. */
bool start_offer(void)
{
    struct files *unused;
    if (kept)
        posix_files(&unused);
    for (struct files *f = connected ? &files : NULL; f; f = f->next)
        files_hide(f);
    if (connected)
        directory_offer();
    return connected && directory;
}

/* The next call that needs the connection makes one. */
void start_claim(void)
{
    for (struct files *f = connected ? &files : NULL, *next; f; f = next) {
        next = f->next;
        if (f != &files)
            free(f);
    }
    connected = kept = false;
    files = (struct files) {0};
}

/* ---- the string: numbers are hexadecimal ---- */

struct line {
    char *text;
    size_t size, length;                /* length >= size: it does not fit */
};

static void put_character(struct line *l, char c)
{
    if (l->length < l->size)
        l->text[l->length] = c;
    l->length++;
}

static void put_number(struct line *l, L4_Word_t number)
{
    unsigned shift = 0;
    while (shift < 28 && number >> shift >> 4)
        shift += 4;
    for (;; shift -= 4) {
        put_character(l, "0123456789abcdef"[number >> shift & 15]);
        if (shift == 0)
            return;
    }
}

/* Each % is a word.  printf() would take a third of what execve() takes in this task. */
static void put(struct line *l, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    for (; *format; format++) {
        if (*format == '%')
            put_number(l, va_arg(words, L4_Word_t));
        else
            put_character(l, *format);
    }
    va_end(words);
}

static int line_end(struct line *l)
{
    put_character(l, '\0');
    return l->length <= l->size ? 0 : E2BIG;
}

static void console_say(struct line *l, int number)
{
    put(l, " %:c:0:0", (L4_Word_t) number);
}

/* ---- for a program in a new task ---- */

static void given_say(struct line *l, int number, const struct description *d)
{
    const bool waits = !(d->flags & O_NONBLOCK);
    if (d->kind == CONSOLE) {
        console_say(l, number);
        return;
    }
    put(l, " %:", (L4_Word_t) number);
    put_character(l, d->kind == CONTENTS ? (waits ? 'f' : 'F') : waits ? 'p' : 'P');
    put(l, ":%:%", d->server.raw, start_ticket(d->server, d->handle));
}

int start_given(const struct given *given, L4_ThreadId_t self, char *text, size_t size,
                bool *waits)
{
    struct line line = { text, size, 0 };
    directory_offer();
    put(&line, START_WORD "% % %", server.raw, directory, directory_server.raw);
    *waits = directory != 0;
    for (int i = 0; i < DESCRIPTORS && line.length < size; i++) {
        if (!given->at[i].open || given->at[i].close_on_exec)
            continue;
        *waits |= given->at[i].d.kind != CONSOLE;
        given_say(&line, i, &given->at[i].d);
    }
    /* So there is something, even if all are closed. */
    put(&line, " %:m:%:0", (L4_Word_t) DESCRIPTORS, (L4_Word_t) posix_mask);
    if (*waits)
        put(&line, STREAMS_WAITER "%:0", self.raw);
    return line_end(&line);
}

/* ---- for a program in this task's place ---- */

static void kept_say(struct line *l, int number, const struct description *d)
{
    if (d->kind == CONSOLE) {
        console_say(l, number);
        return;
    }
    put(l, d->kind == STREAM ? " %:p:%:%:%:%" : " %:f:%:%:%:%", (L4_Word_t) number, d->server.raw,
        d->handle, (L4_Word_t) d->mode, (L4_Word_t) d->flags);
}

static void closed_say(struct line *l, L4_Word_t from, L4_Word_t handle)
{
    put(l, " x:%:%", from, handle);
}

int start_kept(char *text, size_t size)
{
    struct line line = { text, size, 0 };
    struct description d;
    struct hurd_startup_cap caps[2];
    put(&line, START_KEPT "% %:%:%:%:%", server.raw, files.root, files.at->current, files.buffer,
        (L4_Word_t) posix_mask, files.at->server.raw);
    for (int i = 0; i < DESCRIPTORS; i++)
        if (descriptor_is_inherited(i, &d))
            kept_say(&line, i, &d);
    for (int i = 0; i < DESCRIPTORS; i++)
        if (descriptor_is_dropped(i, &d))
            closed_say(&line, d.server.raw, d.handle);
    for (unsigned i = 0; mapping_next(&i, caps); ) {
        closed_say(&line, caps[0].server, caps[0].cap);
        closed_say(&line, caps[1].server, caps[1].cap);
    }
    for (const struct files *f = files.next; f; f = f->next) {
        closed_say(&line, f->server.raw, f->root);
        closed_say(&line, f->server.raw, f->buffer);
    }
    return line_end(&line);
}
