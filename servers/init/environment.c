/* SPDX-License-Identifier: MIT */
/* The environment of the programs that the shell starts.  Before: programs.c.  Next: root.c. */
#include "environment.h"
#include "root.h"
#include "lib/shell/variables.h"

#include <stdio.h>
#include <string.h>

#include <hurd/cap.h>

#include "lib/posix/start.h"

enum { START_MOST = 160 };      /* bytes of that string: five times two numbers */

static L4_Word_t ticket_of(L4_ThreadId_t server, L4_Word_t handle)
{
    L4_Word_t ticket = 0;
    return hurd_cap_rpc(server, HURD_FS_OFFER, 1, &handle, 1, &ticket, NULL) ? 0 : ticket;
}

static size_t stream_say(char *text, size_t size, int number, const struct file *file)
{
    int length = !file->files
                     ? snprintf(text, size, " %d:c:0:0", number)
                     : snprintf(text, size, " %d:%c:%lx:%lx", number,
                                file->mode == HURD_FILE_FIFO ? 'p' : 'f', file->server.raw,
                                ticket_of(file->server, file->handle));
    return (size_t) length;
}

size_t environment_make(char *envz, size_t size, const struct file stream[PROGRAM_STREAMS])
{
    struct files *files = root_mounted();
    size_t length = 0;
    if (files) {
        const struct files *at = files->at;
        bool is_root = at == files && at->current == at->root;
        L4_Word_t ticket = is_root ? 0 : ticket_of(at->server, at->current);
        char text[START_MOST];
        length = (size_t) snprintf(text, sizeof text, START_WORD "%lx %lx %lx",
                                   files->server.raw, ticket, at->server.raw);
        for (int i = 0; i < PROGRAM_STREAMS; i++)
            length += stream_say(text + length, sizeof text - length, i, &stream[i]);
        memcpy(envz, text, ++length);
    }
    return length + variables_write(envz + length, size - length);
}
