/* SPDX-License-Identifier: MIT */
/* Paths that lead through several file servers.  Each one answers with the server that goes on and
 * the rest of the path (hurd/dir.h); we connect with that one and repeat the request there.  A
 * program's connections hang on the first one, with the server of "/".  If a server on the way has
 * gone, we wait for the next one, FILES_PATIENCE us at most.  Before: open.c, paths.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/startup.h>
#include <l4/ipc.h>

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
        if (home->at == f) {
            home->at = home;
            home->lost = true;          /* the current directory was there */
        }
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

enum { PAUSE = 10000 };                 /* us between two looks for a server */

static void route_start(struct route *r)
{
    struct files *home = r->files->home;
    const char *path = r->whole;
    r->at = *path == '/' ? home : home->at;
    r->from = *path == '/' ? home->root : home->at->current;
    r->path = path;
    r->hops = 0;
}

void route_begin(struct route *r, struct files *files, const char *path)
{
    r->files = files;
    r->whole = path;
    r->waited = 0;
    r->out[0] = r->out[1] = 0;
    route_start(r);
}

/* A server to which the path led has gone.  When the next one serves, the directory's server knows
 * it: so the path begins anew.  If there will be no next one, that server forgets the old one. */
static bool route_again(struct route *r)
{
    if (r->hops == 0 || r->waited >= FILES_PATIENCE || server_is_alive(r->server))
        return false;
    L4_Sleep(L4_TimePeriod(PAUSE));
    r->waited += PAUSE;
    route_start(r);
    return true;
}

bool route_follow(struct route *r, int *err)
{
    L4_Word_t length = r->out[1];
    if (*err == EIO && route_again(r))
        return true;
    if (*err != EREMOTE)
        return false;
    r->server = L4_ThreadIdOfRaw(r->out[0]);
    if (length > HURD_DIR_TEXT || L4_IsNilThread(r->server))
        *err = EPROTO;
    else if (++r->hops > HURD_DIR_LINKS)
        *err = ELOOP;
    else
        *err = files_of(r->at->home, r->server, &r->at);
    if (*err == EIO && route_again(r))
        return true;
    if (*err)
        return false;
    memcpy(r->text, &r->out[2], length);
    r->text[length] = '\0';
    r->path = length ? r->text : ".";
    r->from = r->at->root;
    return true;
}
