/* SPDX-License-Identifier: MIT */
/* The debugger calls of programs for other L4 kernels: INT3, and behind it an instruction that
 * names the call.  Before: trap.c.
 *
 *   int3; cmp $n, %al     0 prints AL, 1 the string at EAX, 5 EAX in hexadecimal;
 *                         2 clears the screen, and does nothing here;
 *                         8 reads a character into EAX, -1 if there is none; 13 waits for one
 *   int3; jmp over; mov $text, %eax; over:
 *                         enters the debugger with that text; there is none, and the thread goes on
 *
 * With the boot option kdb=serial, COM1 serves these calls.  Without it, INT3 is an exception. */
#include <pc/uart.h>

#include "../fault.h"
#include "../sched.h"
#include "../arch/x86/x86.h"

#define CMP_AL 0x3C
#define JMP_SHORT 0xEB
#define MOV_EAX 0xB8
#define LONGEST 1024 /* characters of one string */

enum { KDB_CHAR, KDB_STRING, KDB_CLEAR, KDB_HEX = 5, KDB_READ = 8, KDB_READ_BLOCKED = 13 };

bool kdb_serial;

static void put(char c)
{
    if (c == '\n')
        uart_send(UART_COM1, '\r', in8, out8);
    uart_send(UART_COM1, (uint8_t)c, in8, out8);
}

static void put_text(const char *s)
{
    while (*s)
        put(*s++);
}

static void put_hex(word_t value)
{
    for (int shift = WORD_BITS - 4; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15]);
}

/* Back to the INT3, when the thread runs again. */
static void once_more(struct trapframe *f)
{
    f->eip--;
}

/* All of the string is mapped; else its page is asked for, and false. */
static bool string_is_there(struct trapframe *f, vaddr_t s)
{
    for (word_t n = 0; n < LONGEST; n++) {
        if (!user_readable(s + n, 1)) {
            once_more(f);
            /* not fault_page(): it has one caller, and is fast for it */
            if (fault_in_copy(current, s + n, false) == L4_IPC_NO_PARTNER)
                current->halted = true;
            return false;
        }
        if (!*(const char *)(s + n))
            break;
    }
    return true;
}

/* Others run between two characters, and may take the rest away. */
static void put_string(vaddr_t s)
{
    for (word_t n = 0; n < LONGEST && user_readable(s + n, 1) && *(const char *)(s + n); n++) {
        put(*(const char *)(s + n));
        (void)preempt_point();
    }
}

static void enter(struct trapframe *f)
{
    vaddr_t text = 0;
    if (user_readable(f->eip, 7) && ((const uint8_t *)f->eip)[2] == MOV_EAX)
        text = *(const word_t *)(f->eip + 3);
    if (text && !string_is_there(f, text))
        return;
    put_text("kdb: thread ");
    put_hex(current->id);
    put_text(" at ");
    put_hex(f->eip - 1);
    put_text(": ");
    put_string(text);
    put('\n');
}

static void read_character(struct trapframe *f, bool blocks)
{
    if (in8(UART_COM1 + UART_STATUS) & UART_RECEIVED)
        f->eax = in8(UART_COM1 + UART_DATA);
    else if (!blocks)
        f->eax = ~(word_t)0;
    else {
        once_more(f);
        sched_yield();
    }
}

bool kdb_call(struct trapframe *f)
{
    if (!kdb_serial || !user_readable(f->eip, 2))
        return false;
    const uint8_t *code = (const uint8_t *)f->eip;
    if (code[0] == JMP_SHORT) {
        enter(f);
        return true;
    }
    switch (code[0] == CMP_AL ? code[1] : ~0u) {
    case KDB_CHAR:
        put((char)f->eax);
        return true;
    case KDB_STRING:
        if (string_is_there(f, f->eax))
            put_string(f->eax);
        return true;
    case KDB_CLEAR:
        return true;
    case KDB_HEX:
        put_hex(f->eax);
        return true;
    case KDB_READ:
    case KDB_READ_BLOCKED:
        read_character(f, code[1] == KDB_READ_BLOCKED);
        return true;
    default:
        return false;
    }
}
