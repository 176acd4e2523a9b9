/* SPDX-License-Identifier: MIT */
/* libhurd-mm: a task that pages itself.  Spec hurd-l4-design.md 3, with the defects M1-M20 of 6.3
 * put right.
 *
 * One thread of the task, the pager, owns the address space: it serves the other threads' page
 * faults out of memory that physmem gave it, and it alone changes the map.  The functions below are
 * calls to it (local IPC); they may be called from any other thread, block only as long as physmem
 * takes, and return 0 or an errno.  Pages are HURD_MM_PAGE bytes.  <sys/mman.h> is built on this.
 */
#ifndef HURD_MM_H
#define HURD_MM_H

#include <hurd/policy.h>
#include <hurd/task.h>
#include <l4/types.h>
#include <stdint.h>

#define HURD_MM_PAGE 0x1000u

/* Turns the calling thread's task into one that pages itself: `pager` is a fresh thread of the
 * task, not yet started (task_thread_alloc).  Records the startup area, KIP, UTCB area and the
 * program's segments, wires the pager's memory, starts the pager, waits until it answers and makes
 * it the caller's pager and exception handler.  Called once, by crt0. */
int hurd_mm_init(L4_ThreadId_t pager);

/* The program's data and zeroes become pages when they are touched.  After this call all of them
 * are pages: for a server that must not wait for memory while it serves, and before pages are
 * counted.  Without a frame for one of them the task ends, as at any touch.  Does not block but for
 * its pager.  Pre: linked by program.lds. */
void hurd_mm_data_touch(void);

/* ---- regions of anonymous memory ---- */

/* Protections, as physmem's and L4's rights. */
#define HURD_VM_EXECUTE     0x1u
#define HURD_VM_WRITE       0x2u
#define HURD_VM_READ        0x4u
#define HURD_VM_RIGHTS      0x7u

#define HURD_VM_HERE        0x10u       /* at *addr exactly, or EEXIST */
#define HURD_VM_ZEROFILL    0x20u       /* reads as zero.  Anonymous memory always does */
#define HURD_VM_REPLACE     0x40u       /* with HERE: what is there goes first */
#define HURD_VM_SHARED      0x100u      /* a task that is made by fork() shares the pages; else it
                                           gets a copy.  For anonymous memory only */
#define HURD_VM_FLAGS       0x170u

/* Anonymous memory, readable and writable, at an address of the library's choice that starts the
 * search at *addr, or exactly there with HERE.  map_now: allocated and mapped before the call
 * returns, all or nothing.  EINVAL: size 0 or not whole pages, unknown flags, with HERE an
 * unaligned address, outside the user's part of the space or in a reserved area.  EEXIST: HERE and
 * something is there.  ENOSPC: no gap is large enough.  ENOMEM: no memory for the records, or for
 * the pages of map_now. */
int hurd_vm_allocate(uintptr_t *addr, uintptr_t size, unsigned flags, int map_now);

/* The same with rights of your choice (0 = no access). */
int hurd_vm_allocate_rights(uintptr_t *addr, uintptr_t size, unsigned flags, unsigned rights,
                            int map_now);

/* Ends whatever is mapped in the range; holes are skipped, regions are cut.  Anonymous pages go
 * back to physmem.  EINVAL: unaligned, size 0, outside the user's part of the space, or a reserved
 * area in the range.  ENOMEM: no memory for the records of a region that is cut in two.  On an
 * error nothing has changed. */
int hurd_vm_deallocate(uintptr_t addr, uintptr_t size);

/* New rights for a range without holes.  EINVAL: unaligned, size 0, unknown rights, a reserved area
 * in the range.  ENOMEM: a hole, what is outside the user's part of the space, or no memory for
 * records.  EACCES: more than the region's store allows. */
int hurd_vm_protect(uintptr_t addr, uintptr_t size, unsigned rights);

/* ---- hints.  Ranges are whole pages without holes: EINVAL, ENOMEM as in hurd_vm_protect() ---- */

/* enum hurd_vm_advice.  DONT_NEED, FREE: EINVAL for locked pages, FREE also for others than
 * anonymous ones. */
int hurd_vm_advise(uintptr_t addr, uintptr_t size, unsigned advice);

/* Locked pages are in core and stay: no policy chooses them. They need not stay mapped: physmem may
 * take a mapping away at any time, and a fault brings it back without a disk. ENOMEM: no access to
 * a page.  EAGAIN: not so much memory; no lock is set then.  Locks do not nest. */
int hurd_vm_lock(uintptr_t addr, uintptr_t size, int lock);

/* Locks all regions that there are, those that will be made, or both; 0 unlocks everything. */
#define HURD_VM_LOCK_CURRENT    1u
#define HURD_VM_LOCK_FUTURE     2u
int hurd_vm_lock_all(unsigned flags);

/* Writes one bit for each page into bits[], the lowest bit first: 1 if the page is in core.
 * EINVAL: more pages than these. */
#define HURD_VM_RESIDENT_PAGES  1024u
int hurd_vm_resident(uintptr_t addr, uintptr_t size, L4_Word_t *bits);

/* Writes changed pages of stores with operations to their stores.  Returns when they are there;
 * with start_only as soon as threads of the library have begun.  EBUSY: with refuse_locked, if a
 * page is locked.  EIO: `clean` failed. */
int hurd_vm_sync(uintptr_t addr, uintptr_t size, int refuse_locked, int start_only);

/* Gives a region, or a part of it, another size.  With MAY_MOVE it may move; with HERE and
 * MAY_MOVE it moves to *to, and what is there is unmapped first.  Post: *to is its address.
 * EINVAL: sizes, addresses, flags, a place that overlaps the old one, reserved areas.  EFAULT: the
 * range is not in one region.  ENOMEM: no room, no records. */
#define HURD_VM_MAY_MOVE        0x80u
int hurd_vm_move(uintptr_t addr, uintptr_t size, uintptr_t new_size, unsigned flags, uintptr_t *to);

/* ---- containers and stores ---- */

/* Makes [offset, offset + size) of a container of physmem visible.  The caller still looks after
 * the container.  A fault at a hole of it is a segmentation violation.  Errors as
 * hurd_vm_allocate(). */
int hurd_vm_map_container(uintptr_t *addr, uintptr_t size, unsigned flags, unsigned rights,
                          L4_Word_t container, uintptr_t offset);

/* A new container of physmem, charged to the program's own control: `size` bytes of it are
 * allocated and visible at *addr, which is an input as in hurd_vm_allocate().  On an
 * error there is none.  Errors as hurd_vm_allocate(), and ENOMEM: too few frames are left of the
 * guarantee. */
int hurd_vm_new_container(uintptr_t *addr, uintptr_t size, L4_Word_t *container);

/* An application-defined backing store: the policy hook. When a page of a bound region is touched
 * that is not in core, `fault` runs in a thread of the library, up to 16 of them at a time, while
 * the thread that touched it waits and the pager is free for others. It brings the page and records
 * it with hurd_store_cache(); 0 means done, anything else is a segmentation violation. For one page
 * it runs once at a time. It may touch memory of other stores, but it must not wait for a lock that
 * a thread may hold while it touches this store (malloc's and stdio's, if a stack is there). */
struct hurd_store_fault {
    void *hook;
    L4_ThreadId_t thread;               /* that touched it; nil: it does not wait any more */
    uintptr_t region, region_size;      /* the mapped region that holds the address */
    uintptr_t offset;                   /* page in the store */
    uintptr_t address;                  /* as the instruction had it */
    unsigned access;                    /* HURD_VM_READ or HURD_VM_WRITE */
};
typedef int hurd_store_fault_t(struct hurd_store_fault *fault);

struct hurd_store {
    void *record;                       /* the pager's */
    void *hook;
    const struct hurd_store_ops *ops;   /* NULL: made by hurd_store_init() */
};

/* EAGAIN, ENOMEM: no thread to fetch pages, or no memory for the record. */
int hurd_store_init(struct hurd_store *store, void *hook, hurd_store_fault_t *fault);
/* ---- stores with operations: the library keeps their pages in core, as many as there is memory
 * for or as a policy allows (<hurd/policy.h>), and lets them go again ---- */

#define HURD_STORE_BATCH    16u         /* pages of one call at most */

/* A store whose page n is full of bytes n, made when they are touched (apps/policies is a whole
 * program with such a store):
 *
 *      static int fetch(void *hook, uintptr_t offset, void *const *page, unsigned pages)
 *      {
 *          for (unsigned i = 0; i < pages; i++)
 *              memset(page[i], (int)(offset / HURD_MM_PAGE + i), HURD_MM_PAGE);
 *          return 0;
 *      }
 *      static const struct hurd_store_ops ops = {.fetch = fetch, .rights = HURD_VM_READ};
 *      struct hurd_store store;
 *      uintptr_t at = 0, size = 20 * HURD_MM_PAGE;
 *      if (hurd_store_create(&store, NULL, &ops) == 0 &&
 *          hurd_store_bind_to_vm(&store, 0, size, 0, HURD_VM_READ, &at) == 0)
 *          printf("%d\n", ((char *)at)[7 * HURD_MM_PAGE]);     now fetch() runs; prints 7
 *
 * `fetch` and `clean` run in threads of the library, several at a time, never two for one page;
 * what they must not wait for is as above.  page[i]: 4,096 bytes, the memory of page offset / 4096
 * + i, to be filled or read until the call returns.  Both return 0 or an errno. */
struct hurd_store_ops {
    /* Fills the pages.  After an errno they are not there, and a thread that needs one has a
     * segmentation violation. */
    int (*fetch)(void *hook, uintptr_t offset, void *const *page, unsigned pages);
    /* Writes changed pages to the store.  If a thread changes one meanwhile, it is cleaned again.
     * After an errno the pages stay in core, changed.  NULL: the store cannot be written to. */
    int (*clean)(void *hook, uintptr_t offset, void *const *page, unsigned pages);
    /* The contents of the range are not needed any more; size 0: all contents.  The thread that
     * calls hurd_store_discard() or hurd_store_destroy() calls it.  May be NULL. */
    void (*release)(void *hook, uintptr_t offset, uintptr_t size);
    unsigned rights;                    /* the most that a region may have */
};

/* hurd_store_cache, _find_cached and _flush are not for these stores: EINVAL.  EINVAL: no fetch.
 * ENOMEM, EAGAIN. */
int hurd_store_create(struct hurd_store *store, void *hook, const struct hurd_store_ops *ops);
/* Changed pages in the range go to the store; returns when they are there.  EIO: `clean` failed. */
int hurd_store_sync(struct hurd_store *store, uintptr_t offset, uintptr_t size);
/* Pages in the range are forgotten, changed or not, and fetched again when they are touched. EBUSY:
 * one is being fetched or cleaned, or locked; nothing has changed then. */
int hurd_store_discard(struct hurd_store *store, uintptr_t offset, uintptr_t size);

/* Changed pages are lost: sync first.  EBUSY: a region shows the store, or a page is being fetched
 * or cleaned. */
int hurd_store_destroy(struct hurd_store *store);
/* Shows [offset, offset + size) of the store at *addr, which is an input as in hurd_vm_allocate().
 * Errors as there, and EACCES: more rights than the store has. */
int hurd_store_bind_to_vm(struct hurd_store *store, uintptr_t offset, uintptr_t size,
                          unsigned flags, unsigned rights, uintptr_t *addr);
/* The pages [offset, offset + size) of the store are in the container at container_offset.  EEXIST:
 * one is cached. */
int hurd_store_cache(struct hurd_store *store, uintptr_t offset, uintptr_t size,
                     L4_Word_t container, uintptr_t container_offset);
/* Finds where a cached page is.  ENOENT: the page is not cached. */
int hurd_store_find_cached(struct hurd_store *store, uintptr_t offset, L4_Word_t *container,
                           uintptr_t *container_offset);
/* Forgets cached pages and takes them out of every region; the container keeps them. */
int hurd_store_flush(struct hurd_store *store, uintptr_t offset, uintptr_t size);

/* ---- regions of files: pages of a container that a server owns, by a weak reference ---- */

/* What is shown, in memory of the caller's that stays until `release` is called.  `bring` and
 * `release` must not wait for a lock that a thread may hold while it touches the region, or while
 * it allocates memory. */
struct hurd_shown {
    /* Asks the server for the page, in a thread of the library.  0: it is in the container, and
     * with access HURD_VM_WRITE it may be written to until physmem takes that right away.  An
     * errno: SIGBUS. */
    hurd_store_fault_t *bring;          /* its `hook` is the struct hurd_shown */
    int (*sync)(struct hurd_shown *shown);      /* changes are on the medium when it returns */
    void (*release)(struct hurd_shown *shown);  /* the last region is gone */
    L4_Word_t container;                /* the weak reference */
    unsigned rights;                    /* the most that a region may have */
    int is_private;                     /* changes are the task's own, in copies */
};
/* [offset, offset + size) of the container becomes visible.  On an error, release is not called.
 * Errors as hurd_vm_allocate(), and EACCES: more rights than `rights`. */
int hurd_vm_show(struct hurd_shown *shown, uintptr_t offset, uintptr_t size, unsigned flags,
                 unsigned rights, uintptr_t *addr);
/* In a child of fork(), whose regions of `shown` raise SIGBUS until this: shown->container is the
 * child's own reference now.  ENOENT: there is no such region.  EAGAIN, ENOMEM: no thread to call
 * `bring`. */
int hurd_vm_show_again(const struct hurd_shown *shown);
/* Calls `sync` for what is shown, and shared, in a range. */
int hurd_vm_show_sync(uintptr_t addr, uintptr_t size);

/* memcpy() out of such a region: EIO if a page does not come, and no signal. */
int hurd_vm_copy(void *to, const void *from, uintptr_t size);

/* mmap() of a descriptor that is not anonymous: a library for files sets it.  Returns 0 or the
 * errno that POSIX names. */
struct hurd_mm_file_map {
    int file, shared;
    unsigned rights, flags;             /* HURD_VM_* */
    uintptr_t size;
    uint64_t offset;
};
extern int (*hurd_mm_map_file)(const struct hurd_mm_file_map *map, uintptr_t *addr);

/* ---- extra pages: beyond the guarantee, for contents that can be made again ---- */

/* A function that gives back `pages` extra pages before the system clock is at `until`, in
 * microseconds.  Then physmem seizes what is missing.  It runs in a thread of its own. */
typedef void hurd_mm_extra_t(void *argument, L4_Word_t pages, uint64_t until);

/* From now on, if physmem asks for extra pages, a thread of the library calls give_back.  NULL: the
 * thread gives back the pages that hurd_mm_extra_pages() gave last.  May be called again.  ENOMEM,
 * EAGAIN: there is no thread, or no memory for records. */
int hurd_mm_extra(hurd_mm_extra_t *give_back, void *argument);

/* Makes `pages` extra pages of zeroes, behind those that it has made before.
 * hurd_vm_map_container() shows them in a region; hurd_store_cache() makes them pages of a store.
 * A page that has gone back is a hole, so touching it in a region is a segmentation violation:
 * look with hurd_pm_container_map() first (ESTALE, ENOENT).  ENOMEM: there are not so many frames.
 * EINVAL: hurd_mm_extra() was not called before. */
int hurd_mm_extra_pages(uintptr_t pages, L4_Word_t *container, uintptr_t *offset);

/* ---- what happened so far ---- */

struct hurd_mm_counters {
    uint32_t faults;                    /* page faults of this task that its pager answered */
    uint32_t rpcs;                      /* requests to physmem by the pager */
    uint32_t frames_taken;              /* pages allocated for anonymous memory */
    uint32_t frames_returned;           /* ... and given back */
    uint32_t exceptions;                /* exceptions that the pager was told of */
    uint32_t pageins;                   /* page faults handed to a store's function */
    uint32_t dropped;                   /* messages that were none of the above */
    uint32_t fetched;                   /* pages that came in from stores with operations */
    uint32_t evicted;                   /* ... that went out to make room */
    uint32_t cleaned;                   /* ... that were written to their store */
    uint32_t swapped_out;               /* anonymous pages that physmem put on disk for us */
    uint32_t swapped_in;                /* ... and brought back */
};
void hurd_mm_counters(struct hurd_mm_counters *counters);

/* For tests: anonymous memory that is unmapped is forgotten without being given back to physmem. */
void hurd_mm_debug_keep_frames(int keep);

/* The task's own container for anonymous memory, in which the container offset is the address: for
 * aliases. */
L4_Word_t hurd_mm_memory_container(void);

/* ---- threads ---- */

/* Below each stack: no access, so that an overflow is noticed unless one function's variables are
 * larger. */
#define HURD_MM_STACK_GUARD     0x10000u

/* Starts function(argument) in a new thread with `stack` bytes of stack (0: a default).  The thread
 * ends by returning.  EAGAIN: no more threads; ENOMEM. */
int hurd_thread_start(L4_ThreadId_t *thread, void (*function)(void *), void *argument,
                      uintptr_t stack);
/* As raise(), for a thread that hurd_thread_start() started, or the first one; what a signal does
 * by default, it does to the whole task.  signal 0: only the check.  Returns the error.  EINVAL: no
 * such signal.  ESRCH: there is no such thread, or the id is a local one. */
int hurd_thread_kill(L4_ThreadId_t thread, int signal);
L4_ThreadId_t hurd_mm_pager(void);

/* ---- tasks ---- */

/* Starts this program again as a new task, with `frames` frames beyond those of the image.  argz:
 * strings, one after the other.  Errors of physmem (ENOMEM: not so many frames left) and of task.
 */
int hurd_spawn_self(L4_Word_t frames, const char *argz, L4_Word_t argz_length,
                    struct hurd_task_created *created);
/* As hurd_spawn_self(); the new task may have `swap` pages on disk.  0: it gets the same part of
 * the caller's quota as of the caller's frames.  ENOMEM: so many are not left of the quota. */
int hurd_spawn_self_swap(L4_Word_t frames, L4_Word_t swap, const char *argz, L4_Word_t argz_length,
                         struct hurd_task_created *created);
/* As fork(); the child gets `frames` frames beside its copies of pages in core.  HURD_FORK_PART:
 * half of what is left then.  In the child, created->id is 0.  Returns the errors of fork(). */
#define HURD_FORK_PART  (~(L4_Word_t)0)
int hurd_fork(L4_Word_t frames, struct hurd_task_created *created);
/* Registers functions that fork() calls: `prepare` before it, the last one registered first;
 * `parent` and `child` after it, each in its task.  `parent` gets 0, or the errno with which
 * fork() failed.  Each may be NULL. ENOMEM: there are 8 already. */
int hurd_at_fork(void (*prepare)(void), void (*parent)(int error), void (*child)(void));
/* For `parent`, if there is a child: the thread that calls `child` in it. */
L4_ThreadId_t hurd_fork_child(void);

/* What the first of these needs for itself, done now: a copy-on-write copy of the image. */
int hurd_spawn_prepare(void);

/* ---- exit statuses of a task that its own pager ended ---- */

#define HURD_MM_STATUS_SEGV     139     /* as a shell says it: 128 + signal number */
#define HURD_MM_STATUS_ILL      132     /* invalid instruction */
#define HURD_MM_STATUS_TRAP     133     /* debug exceptions */
#define HURD_MM_STATUS_ABORTED  134     /* abort(); a mistake that the C library found */
#define HURD_MM_STATUS_BUS      135     /* alignment, or no page of its file */
#define HURD_MM_STATUS_FPE      136     /* division, FPU, SIMD */

/* ---- the question that others may ask a pager thread ---- */

/* From init (task id 5) or the task itself: label HURD_MM_MAPS, word 0 = address.  Reply: label 0
 * and for up to 10 regions from that address on five words each: first address, last address,
 * rights | kind << 8 | pages on disk << 12, offset in its store, pages in core that the library
 * knows of; no words = no more. */
#define HURD_MM_MAPS            0x310u
#define HURD_MM_MAPS_WORDS      5u
#define HURD_MM_MAPS_KIND(word) ((word) >> 8 & 0xf)
#define HURD_MM_MAPS_OUT_SHIFT  12

enum hurd_mm_kind {
    HURD_MM_RESERVED = 0,               /* KIP, UTCB area */
    HURD_MM_ANONYMOUS = 1,
    HURD_MM_CONTAINER = 2,
    HURD_MM_HOOK = 3,
    HURD_MM_WIRED = 4,                  /* the pager's own */
    HURD_MM_PAGED = 5,                  /* a store with operations */
    HURD_MM_POOL = 6,                   /* the frames of such stores */
    HURD_MM_FILE = 7,                   /* pages of a file server, private copies of such pages */
};

#endif
