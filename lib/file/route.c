/* SPDX-License-Identifier: MIT */
/* Paths that lead through several file servers.  Each one answers with the server that goes on and
 * the rest of the path (hurd/dir.h); we connect with that one and repeat the request there.  A
 * program's connections hang on the first one, with the server of "/".  Before: open.c, paths.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/startup.h>

#include "lib/file/request.h"

/* ---- connections with other servers ---- */

/* Its server has ended: so have its handles. */
static bool is_dead(struct files *f)
{
    struct hurd_fs_statfs unused;
    return files_statfs(f, &unused) == EIO;
}

static void dead_forget(struct files *home)
{
    for (struct files **link = &home->next; *link;) {
        struct files *f = *link;
        if (!is_dead(f)) {
            link = &f->next;
            continue;
        }
        *link = f->next;
        if (home->at == f)
            home->at = home;
        files_disconnect(f);
        free(f);
    }
}

int files_of(struct files *home, L4_ThreadId_t server, struct files **out)
{
    for (struct files *f = home; f; f = f->next) {
        if (f->server.raw == server.raw) {
            *out = f;
            return 0;
        }
    }
    dead_forget(home);
    struct files *f = malloc(sizeof *f);
    if (!f)
        return ENOMEM;
    int err = files_connect(f, server, home->physmem, home->control);
    if (err) {
        free(f);
        return err;
    }
    f->home = home;
    f->next = home->next;
    home->next = f;
    *out = f;
    return 0;
}

void files_disconnect_others(struct files *home)
{
    while (home->next) {
        struct files *f = home->next;
        home->next = f->next;
        files_disconnect(f);
        free(f);
    }
    home->at = home;
}

/* ---- one path ---- */

void route_begin(struct route *r, struct files *files, const char *path)
{
    struct files *home = files->home;
    r->at = *path == '/' ? home : home->at;
    r->from = *path == '/' ? home->root : home->at->current;
    r->path = path;
    r->hops = 0;
}

bool route_follow(struct route *r, int *err)
{
    L4_Word_t length = r->out[1];
    if (*err != EREMOTE)
        return false;
    if (length > HURD_DIR_TEXT)
        *err = EPROTO;
    else if (++r->hops > HURD_DIR_LINKS)
        *err = ELOOP;
    else
        *err = files_of(r->at->home, L4_ThreadIdOfRaw(r->out[0]), &r->at);
    if (*err)
        return false;
    memcpy(r->text, &r->out[2], length);
    r->text[length] = '\0';
    r->path = length ? r->text : ".";
    r->from = r->at->root;
    return true;
}
