/* SPDX-License-Identifier: MIT */
/* From the string that the starter left (start.h) to a connection and descriptors, and from
 * descriptors to the string for a program that this one starts. */
#include "lib/posix/start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/mm.h>
#include <hurd/startup.h>

#include "lib/file/request.h"

static struct files files;
static bool connected;
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

static void string_read(void)
{
    const char *text = (const char *) __hurd_startup_data->envz;
    rest = "";
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

int posix_files(struct files **out)
{
    struct hurd_startup_cap memory = __hurd_startup_data->physmem_control;
    if (L4_IsNilThread(server))
        return ENODEV;
    if (!connected) {
        int err = files_connect(&files, server, L4_ThreadIdOfRaw(memory.server), memory.cap);
        if (err)
            return err;
        connected = true;
        directory_claim();
    }
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
    const struct description console = { .kind = CONSOLE, .mode = 0020620, .flags = O_RDWR };
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
    const struct description d = { .kind = kind == 'f' ? CONTENTS : STREAM, .server = from,
                                   .handle = out[0], .mode = out[1],
                                   .flags = posix_flags(out[2]) };
    if (descriptor_make(&d, number, false, &made))
        hurd_cap_drop(from, out[0]);
}

void start_descriptors(void)
{
    string_read();
    if (!*rest) {
        for (int i = 0; i < 3; i++)
            console_make(i);
    }
    while (*rest) {
        int number = (int) number_next(&rest);
        char kind = *rest;
        if (kind == '\0' || rest[1] == '\0')
            return;
        rest += 2;
        L4_ThreadId_t from = L4_ThreadIdOfRaw(number_next(&rest));
        L4_Word_t ticket = number_next(&rest);
        if (kind == 'c')
            console_make(number);
        else
            claim(number, kind, from, ticket);
    }
}

/* ---- tickets ---- */

static int ticket_of(L4_ThreadId_t from, L4_Word_t handle, L4_Word_t *ticket)
{
    return hurd_cap_rpc(from, HURD_FS_OFFER, 1, &handle, 1, ticket, NULL);
}

static int descriptor_say(int number, const struct description *d, char *text, size_t size,
                          size_t *length)
{
    static const char kinds[] = { [CONSOLE] = 'c', [STREAM] = 'p', [CONTENTS] = 'f' };
    L4_Word_t ticket = 0;
    int err = d->kind == CONSOLE ? 0 : ticket_of(d->server, d->handle, &ticket);
    if (err)
        return err;
    *length += (size_t) snprintf(text + *length, size - *length, " %x:%c:%lx:%lx",
                                 (unsigned) number, kinds[d->kind],
                                 d->kind == CONSOLE ? 0 : d->server.raw, ticket);
    return *length < size ? 0 : E2BIG;
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

bool start_offer(void)
{
    if (connected)
        directory_offer();
    return connected;
}

/* The next call that needs the connection makes one.  Its buffer was the parent's. */
void start_claim(void)
{
    for (struct files *f = connected ? &files : NULL, *next; f; f = next) {
        next = f->next;
        hurd_vm_deallocate((uintptr_t) f->bytes, FILES_BYTES);
        if (f != &files)
            free(f);
    }
    connected = false;
    files = (struct files) {0};
}

/* ---- for a program that this one starts ---- */

int start_string(char *text, size_t size)
{
    if (connected)
        directory_offer();
    size_t length = (size_t) snprintf(text, size, START_WORD "%lx %lx %lx", server.raw, directory,
                                      directory_server.raw);
    int err = length < size ? 0 : E2BIG;
    struct description d;
    for (int i = 0; i < DESCRIPTORS && !err; i++) {
        if (descriptor_is_inherited(i, &d))
            err = descriptor_say(i, &d, text, size, &length);
    }
    return err;
}
