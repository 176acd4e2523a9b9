/* SPDX-License-Identifier: MIT */
/* A stub for gdb in the kernel, over COM2: the boot option gdb=com2.  Without the option, no
 * instruction of it runs: with it, the gates of the debug exception, of the breakpoint and of
 * COM2's interrupt lead to gdb_entry.asm.
 *
 *   gdb.c           the packets, and what each asks for
 *   gdb_line.c      the serial line: packets in and out, with their checksums
 *   gdb_target.c    registers, memory and breakpoints
 *   gdb_threads.c   threads in gdb's words, and the monitor commands
 *
 * While the machine stands still for gdb, interrupts are off, and all of this runs on a stack of
 * its own. */
#ifndef KERNEL_GDB_H
#define KERNEL_GDB_H

#include "../arch/x86/x86.h"

#define GDB_LINE  3 /* COM2's interrupt */
#define GDB_STACK 4096

extern bool gdb_wanted; /* the boot option gdb=com2 */
extern bool gdb_waits;  /* gdb=com2,wait: stop before the first thread runs */
extern bool gdb_here;   /* the stub is there, and its gates are set */
extern bool gdb_inside; /* the machine stands still for gdb */

/* Finds the port and sets the gates.  Post: gdb_here, if there is a port.  Says so on the
 * console. */
void gdb_init(void);
/* gdb_entry.asm: an exception or interrupt whose gate is ours.
 * Returns true if it is none of gdb's business, and the kernel handles it as ever. */
bool gdb_trap(struct trapframe *f);

/* ---- gdb_line.c */
#define GDB_PACKET 1024 /* the longest packet, without its frame */
bool gdb_line_find(void);
/* A byte that came while the machine ran, -1 if there is none. */
int gdb_line_poll(void);
/* Waits for a packet.  begun: its first byte has been read already.
 * Returns its text, ended by a zero; *length is GDB_PACKET if it was too long. */
char *gdb_line_receive(bool begun, size_t *length);
/* The packet under construction; what does not fit is left out. */
void gdb_begin(void);
void gdb_char(char c);
void gdb_text(const char *s);
void gdb_byte(uint8_t value); /* two hexadecimal digits */
void gdb_word(word_t value);  /* eight, the lowest byte first, as registers go */
void gdb_hex(word_t value);   /* as people write it */
/* From here on only characters [offset, offset + count) of what is written are kept, behind an
 * m; at the end the m becomes an l if nothing was cut off. */
void gdb_piece(word_t offset, word_t count);
void gdb_piece_end(void);
void gdb_send(void);            /* returns when gdb has it */
void gdb_answer(const char *s); /* a packet of that text */
/* Reading a packet: each moves *at on. */
bool gdb_take_hex(const char **at, word_t *value); /* false: no digit, or too many */
bool gdb_take_byte(const char **at, uint8_t *value);
bool gdb_take(const char **at, char c);
bool gdb_take_word(const char **at, const char *word); /* not moved on if false */

/* ---- gdb_target.c */
#define GDB_REGISTERS 36
struct gdb_stop {
    struct trapframe *frame; /* where the machine stands */
    struct thread *thread;   /* the thread that gdb looks at */
    paddr_t cr3;             /* the space that gdb looks at; 0: that of the thread */
    bool physical;           /* memory is physical memory */
    word_t esp; /* what gdb has set for kernel code, 0 if nothing: it counts for gdb only */
};
extern struct gdb_stop gdb_stop;
void gdb_register_write(word_t n); /* into the packet; xs if it is not known */
bool gdb_register_set(word_t n, word_t value);
/* Copies what gdb sees at v.  Return how many bytes were there. */
word_t gdb_read(vaddr_t v, uint8_t *to, word_t count);
word_t gdb_write(vaddr_t v, const uint8_t *from, word_t count);
/* The frame of v in the space that gdb looks at. */
bool gdb_translate(vaddr_t v, paddr_t *p);
/* type as in the packets Z and z: 0 software, 1 hardware, 2 to 4 watchpoints of `length` bytes. */
bool gdb_break_set(word_t type, vaddr_t v, word_t length);
bool gdb_break_clear(word_t type, vaddr_t v, word_t length);
void gdb_break_clear_all(void);
bool gdb_break_at(vaddr_t v); /* a software breakpoint, in the current thread's space */
/* For a trap by the debug registers: the number of the first whose bit is set in dr6, or -1; its
 * type, and its address. */
int gdb_debug_hit(word_t dr6, word_t *type, vaddr_t *address);
int gdb_debug_arm(word_t type, vaddr_t v,
                  word_t length); /* the number of a register; -1: all are in use */
void gdb_debug_disarm(int n);
word_t gdb_debug_status(void); /* reads and clears DR6 */
bool gdb_debug_works(void);    /* an emulator may have no debug registers */
void gdb_window_save(void);    /* the kernel may be in the middle of using the same window */
void gdb_window_restore(void);

/* ---- gdb_threads.c */
struct thread *
gdb_thread_find(word_t id); /* by gdb's number: the global id, or GDB_IDLE.  NULL: none */
word_t gdb_thread_id(const struct thread *t);
#define GDB_IDLE 1
void gdb_threads_xml(void);
void gdb_threads_list(void);
void gdb_thread_words(const struct thread *t); /* what it does, two digits a character */
void gdb_monitor(const char *command);         /* answers */

#endif
