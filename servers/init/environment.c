/* SPDX-License-Identifier: MIT */
/* The environment of the programs that the shell starts.  Called by programs.c; next hop: root.c. */
#include "environment.h"
#include "root.h"

#include <stdio.h>

#include <hurd/cap.h>

#include "lib/posix/start.h"

/* Descriptors 0 to 2 of a program that nobody redirects: its console. */
static const char console_streams[] = " 0:c:0:0 1:c:0:0 2:c:0:0";

static L4_Word_t directory_ticket(struct files *files)
{
    L4_Word_t ticket = 0;
    if (files->current == files->root ||
        hurd_cap_rpc(files->server, HURD_FS_OFFER, 1, &files->current, 1, &ticket, NULL))
        return 0;
    return ticket;
}

size_t environment_make(char *envz, size_t size)
{
    struct files *files = root_mounted();
    if (!files)
        return 0;
    int length = snprintf(envz, size, START_WORD "%lx %lx%s", files->server.raw,
                          directory_ticket(files), console_streams);
    return length > 0 && (size_t) length < size ? (size_t) length + 1 : 0;
}
