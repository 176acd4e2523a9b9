/* SPDX-License-Identifier: MIT */
/* The two 8259 interrupt controllers.  A line is masked as soon as it fires; its handler's
 * acknowledge unmasks it.  The timer (0) and the cascade (2) are the kernel's. */
#include "../../debug/gdb.h"

#define MASTER 0x20
#define SLAVE 0xA0
#define EOI 0x20
#define READ_ISR 0x0B
#define READ_IRR 0x0A
#define LINE_TIMER 0
#define LINE_CASCADE 2
#define LINE_SPURIOUS 7

static uint16_t mask = (uint16_t) ~(1u << LINE_TIMER | 1u << LINE_CASCADE);

static void write_mask(void)
{
    out8(MASTER + 1, mask & 0xFF);
    out8(SLAVE + 1, mask >> 8);
}

static void controller_init(uint16_t port, uint8_t vector, uint8_t cascade)
{
    out8(port, 0x11);        /* ICW1: edge triggered, cascaded, ICW4 follows */
    out8(port + 1, vector);  /* ICW2 */
    out8(port + 1, cascade); /* ICW3 */
    out8(port + 1, 0x01);    /* ICW4: 8086 mode */
}

void pic_init(void)
{
    controller_init(MASTER, IRQ_VECTOR, 1u << LINE_CASCADE);
    controller_init(SLAVE, IRQ_VECTOR + 8, LINE_CASCADE);
    write_mask();
}

static uint8_t read_register(uint16_t port, uint8_t which)
{
    out8(port, which);
    return in8(port);
}

bool pic_pending(word_t line)
{
    uint16_t port = line < 8 ? MASTER : SLAVE;
    return read_register(port, READ_IRR) & 1u << line % 8;
}

bool pic_accept(word_t line)
{
    uint16_t port = line < 8 ? MASTER : SLAVE;
    if (line % 8 == LINE_SPURIOUS && !(read_register(port, READ_ISR) & 1u << LINE_SPURIOUS)) {
        if (port == SLAVE)
            out8(MASTER, EOI); /* the cascade itself was real */
        return false;
    }
    if (line != LINE_TIMER)
        arch_interrupt_mask(line);
    if (port == SLAVE)
        out8(SLAVE, EOI);
    out8(MASTER, EOI);
    return true;
}

bool arch_interrupt_available(word_t line)
{
    return line < ARCH_INTERRUPTS && line != LINE_TIMER && line != LINE_CASCADE &&
           !(gdb_here && line == GDB_LINE);
}

void arch_interrupt_mask(word_t line)
{
    mask |= 1u << line;
    write_mask();
}

void arch_interrupt_unmask(word_t line)
{
    mask &= ~(1u << line);
    write_mask();
}
