/* SPDX-License-Identifier: MIT */
/* What the files of wortel know of each other.  Reading order: main.c, bootinfo.c, memory.c,
 * boot.c, serve.c.
 * A function blocks only if its comment says "Blocks".  Calls to sigma0 do not count, because
 * sigma0 always replies. */
#ifndef WORTEL_H
#define WORTEL_H

#include "../../lib/startup/elf.h"
#include <hurd/startup.h>
#include <hurd/wortel.h>
#include <l4/types.h>

#define PAGE 0x1000u

static inline L4_Word_t page_down(L4_Word_t x) { return x & -PAGE; }
static inline L4_Word_t page_up(L4_Word_t x) { return (x + PAGE - 1) & -PAGE; }

/* ---- console.c: COM1 and the text screen until deva takes them, then a ring of text for deva */
void console_init(void);
void console_putchar(char c);
/* Prints at most 200 characters on the console. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void console_hand_over(L4_ThreadId_t deva);     /* from now on text goes to the ring */
void console_take_back(void);
/* true: the ring has text that deva has not taken */
bool console_waiting(void);
void console_flush(void);                       /* sends the ring to deva, if deva listens */
/* Waits until the UART has sent its last byte.  The wait has a limit. */
void console_drain(void);

/* ---- shutdown.c */
void system_shutdown(L4_Word_t status, enum hurd_shutdown how) __attribute__((noreturn));
/* For boot: prints one clear sentence on both consoles, then stops the machine. */
void boot_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* ---- bootinfo.c: the boot modules that follow the root server */
struct module {
    L4_Word_t start, end;       /* physical = virtual, [start, end) */
    const char *cmdline;        /* a copy; never NULL */
    char name[16];              /* the last part of the first word of cmdline */
};
#define MODULES_MAX 8
extern struct module modules[MODULES_MAX];
extern unsigned module_count, modules_dropped;  /* in the array; modules that found no place in
                                                   it */
/* Copies all that wortel needs.  Post: the memory of the boot information is not read any more. */
void bootinfo_read(const void *kip);

/* ---- memory.c: memory that sigma0 gives to wortel, and wortel to physmem */
/* Asks sigma0 for all pages of [start, end), 1:1.  Returns false if sigma0 refuses one. */
bool memory_claim(L4_Word_t start, L4_Word_t end);
void memory_claim_page_0(void);     /* This comes before all other requests for memory. */
/* Returns the address of a block of that size, aligned to it; 0: there is none. */
L4_Word_t memory_any(L4_Word_t log2);
/* wortel does not need [start, end) any more: physmem gets the whole pages in it. */
void memory_unused(L4_Word_t start, L4_Word_t end);
bool memory_is_unused(L4_Word_t start, L4_Word_t end);  /* True if that was said of a part of it. */
/* Returns the next piece for physmem, or nil at the end. */
L4_Fpage_t memory_next(void);
/* the bytes that memory_next() has returned so far */
L4_Word_t memory_given(void);
bool memory_is_ram(L4_Word_t start, L4_Word_t end);      /* True if all of [start, end) is RAM. */
bool memory_is_device(L4_Word_t base, L4_Word_t size);  /* True if none of it is RAM. */
/* Gets 2^log2 bytes of device memory, at most PASSAGE_SIZE, to a place from which wortel can grant
 * them.  Returns wortel's address of them, or 0 if sigma0 refuses.  Post: they are there until the
 * next call.  Blocks until sigma0 replies. */
L4_Word_t memory_pass(L4_Word_t base, L4_Word_t log2);
#define PASSAGE_SIZE (1u << 22)
/* Returns the largest aligned power of two at `start` that ends at `end` or before.  Pre: both are
 * multiples of a page; start < end. */
L4_Fpage_t memory_piece(L4_Word_t start, L4_Word_t end);

/* ---- place.c
 * Post: no module shares a page with another, or touches [from, to).  Pre: all modules are
 * claimed. */
void place_modules(L4_Word_t from, L4_Word_t to);

/* ---- boot.c: the boot script */
enum boot_id { BOOT_TASK, BOOT_DEVA, BOOT_ROOT, BOOT_COUNT };
struct boot_task {
    const char *name;
    L4_ThreadId_t thread;
    struct module *image, *store;               /* store is NULL if the task has none */
    struct elf_program program;
    L4_Word_t startup_page;
    L4_Word_t startup_cap, image_cap, store_cap, control_cap;  /* handles in its table of physmem */
    /* handles in its tables of `task` and deva */
    L4_Word_t task_cap, deva_cap;
    bool final;                                 /* BOOTSTRAP_FINAL came, and wortel has not
                                                   replied yet */
};
extern struct boot_task boot_task[BOOT_COUNT];
extern L4_ThreadId_t physmem_thread;
extern bool physmem_final;
extern L4_Word_t master_cap[3];                 /* the root task's masters of physmem, `task` and
                                                   deva */
#define PHYSMEM_EXTRA_THREADS 3u

extern const void *kip;
L4_Word_t first_thread(void);                   /* the number of physmem's first thread */
L4_Word_t first_free_thread(void);
/* Checks the modules and starts physmem.  Blocks, for a second at most. */
void boot_prepare(void);
/* Starts the task by the startup protocol.  Blocks, for a second at most. */
void boot_start(enum boot_id id);
bool physmem_covers(L4_Word_t address);
/* Writes the map items for a fault of physmem into items[].  Returns the number of words. */
L4_Word_t physmem_items(L4_Word_t fault, L4_Word_t items[], L4_Word_t max);

/* ---- caps.c: the dialogues about capabilities during boot.  Each function returns 0 or an errno;
 * the requests fill *r. */
struct reply {
    L4_Word_t label;
    L4_Word_t u, t;
    L4_Word_t word[63];
};
int cap_request(struct reply *r);               /* serves GET_CAP_REQUEST */
int cap_reply(L4_Word_t handle);
int task_cap_request(struct reply *r);
int task_cap_reply(L4_Word_t handle);
int deva_cap_request(struct reply *r);
int deva_cap_reply(L4_Word_t handle);

/* ---- control.c: privileged calls for other tasks.  Each function fills *r and returns 0 or an
 * errno. */
struct request {
    L4_ThreadId_t from;
    L4_Word_t cap;              /* wortel cap ID; serve.c has checked that it is the sender's */
    L4_Word_t op;
    L4_Word_t n;                /* untyped words */
    L4_Word_t word[63];
};
/* Once, before the first request. */
void control_init(void);
int control_thread(const struct request *q, struct reply *r);
int control_space(const struct request *q, struct reply *r);
int control_processor(const struct request *q, struct reply *r);
int control_memory(const struct request *q, struct reply *r);
int control_space_info(const struct request *q, struct reply *r);
int control_space_quota(const struct request *q, struct reply *r);
int control_trace(const struct request *q, struct reply *r);
int control_priority(const struct request *q, struct reply *r);
int control_io_ports(const struct request *q, struct reply *r);
int control_io_mem(const struct request *q, struct reply *r);

/* ---- serve.c: the request loop */
void serve(void) __attribute__((noreturn));

#endif
