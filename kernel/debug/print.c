/* SPDX-License-Identifier: MIT */
/* The kernel's voice: a small printf, and panic. */
#include <stdarg.h>

#include "gdb.h"

static void print_number(unsigned long value, unsigned base, int width, char pad)
{
    char digits[16];
    int n = 0;
    do {
        digits[n++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    for (; width > n; width--)
        arch_console_putc(pad);
    while (n > 0)
        arch_console_putc(digits[--n]);
}

static void print_string(const char *s, int width)
{
    for (; *s; s++, width--)
        arch_console_putc(*s);
    for (; width > 0; width--)
        arch_console_putc(' ');
}

/* %s %c %d %u %x with width, 0 and l. */
static void print(const char *format, va_list args)
{
    for (; *format; format++) {
        if (*format != '%') {
            arch_console_putc(*format);
            continue;
        }
        char pad = *++format == '0' ? '0' : ' ';
        int width = 0;
        for (; *format >= '0' && *format <= '9'; format++)
            width = width * 10 + *format - '0';
        if (*format == 'l')
            format++;
        if (*format == 's') {
            print_string(va_arg(args, const char *), width);
        } else if (*format == 'c') {
            arch_console_putc((char)va_arg(args, int));
        } else if (*format == 'd') {
            long v = va_arg(args, long);
            if (v < 0)
                arch_console_putc('-');
            print_number(v < 0 ? -(unsigned long)v : (unsigned long)v, 10, width, pad);
        } else {
            print_number(va_arg(args, unsigned long), *format == 'u' ? 10 : 16, width, pad);
        }
    }
}

void kprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print(format, args);
    va_end(args);
}

#define BACKTRACE_MAX 24

/* Prints the words on the current kernel stack that look like addresses of kernel code: our
 * callers, and words that earlier calls have left there. */
static void backtrace(word_t caller)
{
    extern char __text_start[], __text_end[];
    char here;
    char *top = (char *)(((word_t)&here | (THREAD_BLOCK - 1)) + 1);
    int left = BACKTRACE_MAX;
    kprintf("panic: called from %lx; code addresses on the stack, its callers among them:",
            (unsigned long)caller);
    for (word_t *at = (word_t *)((word_t)&here & ~3u); (char *)at < top && left; at++)
        if (*at >= (word_t)__text_start && *at < (word_t)__text_end && left--)
            kprintf(" %lx", (unsigned long)*at);
}

static const char registers_format[] __attribute__((section(".stub.table"))) =
    "\nregisters: eax %08lx ebx %08lx ecx %08lx edx %08lx\n"
    "registers: esi %08lx edi %08lx ebp %08lx esp %08lx eflags %08lx thread %lu.%lu";

void panic_registers(const struct trapframe *f)
{
    arch_console_reopen();
    kprintf(registers_format, (unsigned long)f->eax, (unsigned long)f->ebx,
            (unsigned long)f->ecx, (unsigned long)f->edx, (unsigned long)f->esi,
            (unsigned long)f->edi, (unsigned long)f->ebp, (unsigned long)&f->esp,
            (unsigned long)f->eflags, (unsigned long)current->id >> L4_ID_VERSION_BITS,
            (unsigned long)current->id & L4_ID_VERSION_MASK);
}

void panic(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    arch_console_reopen();
    kprintf("\npanic: ");
    print(format, args);
    kprintf("\n");
    va_end(args);
    backtrace((word_t)__builtin_return_address(0));
    if (gdb_here && !gdb_inside)
        __asm__ volatile("int3"); /* gdb sees how it came to this */
    kprintf("\npanic: halted; tools/symbolise reads this report\n");
    arch_halt();
}

const char *assert_at(word_t address)
{
    extern const char __asserts_start[], __asserts_end[]; /* of each: a distance, then its words */
    const char *at = __asserts_start;
    while (at < __asserts_end && (word_t)at + *(const word_t *)at != address)
        for (at += sizeof(word_t); *at++;)
            ;
    return at < __asserts_end ? at + sizeof(word_t) : NULL;
}
