/* SPDX-License-Identifier: MIT */
/* What the files of lib/file share. */
#ifndef FILE_REQUEST_H
#define FILE_REQUEST_H

#include <stdbool.h>

#include "lib/file/files.h"

enum {
    FILES_BYTES = HURD_IO_MOST + HURD_DIR_PATH,         /* of the container */
    ROUTE_WORDS = 2 + HURD_DIR_TEXT / 4,                /* of a reply that names another server */
    FILES_WORDS = 6 + HURD_DIR_INLINE / 4,              /* of a request with a path */
};

/* A path on its way through the servers: the request goes to `at`, with the directory `from` and
 * `path`, and its reply to `out`. */
struct route {
    struct files *at;
    L4_Word_t from;
    const char *path;
    unsigned hops;
    struct files *files;                /* where it began, and with which path */
    const char *whole;
    L4_ThreadId_t server;               /* to which the last hop led */
    unsigned waited;                    /* us, for servers that have gone */
    L4_Word_t out[ROUTE_WORDS];
    char text[HURD_DIR_TEXT + 1];
};
void route_begin(struct route *r, struct files *files, const char *path);
/* After a request with the error *err: must it be repeated with another server? */
bool route_follow(struct route *r, int *err);
/* Any answer but EIO is that of a server that lives. */
bool server_is_alive(L4_ThreadId_t server);
void files_disconnect_others(struct files *home);

int files_request(struct files *f, unsigned label, unsigned n, L4_Word_t *word, const char *text,
                  uint32_t length, unsigned max, L4_Word_t *out);

#endif
