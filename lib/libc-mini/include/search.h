/* SPDX-License-Identifier: MIT */
/* POSIX: tables, trees, queues. */
#ifndef LIBC_SEARCH_H
#define LIBC_SEARCH_H

#include <stddef.h>

typedef struct entry {
    char *key;
    void *data;
} ENTRY;
typedef enum { FIND, ENTER } ACTION;
typedef enum { preorder, postorder, endorder, leaf } VISIT;

/* The one table, with room for `count` entries.  0: ENOMEM, or there is one already. */
int hcreate(size_t count);
/* NULL: ESRCH, it is not there; ENOMEM, ENTER, and the table is full or there is none. */
ENTRY *hsearch(ENTRY item, ACTION action);
void hdestroy(void);                    /* the keys and the data are the caller's */

/* In a row of *count elements.  lsearch() puts the key behind them if it is not there. */
void *lfind(const void *key, const void *base, size_t *count, size_t size,
            int (*compare)(const void *, const void *));
void *lsearch(const void *key, void *base, size_t *count, size_t size,
              int (*compare)(const void *, const void *));

/* Elements that begin with the pointers to the next and the one before. */
void insque(void *element, void *before);       /* before: NULL begins a queue */
void remque(void *element);

/* A tree.  A node begins with the pointer to its key.  tsearch(): NULL: there is no memory.
 * tdelete(): NULL: it is not there; else the parent, or something else that is not NULL. */
void *tsearch(const void *key, void **root, int (*compare)(const void *, const void *));
void *tfind(const void *key, void *const *root, int (*compare)(const void *, const void *));
void *tdelete(const void *__restrict key, void **__restrict root,
              int (*compare)(const void *, const void *));
void twalk(const void *root, void (*visit)(const void *node, VISIT order, int depth));

#endif
