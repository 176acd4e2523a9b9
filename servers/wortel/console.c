/* SPDX-License-Identifier: MIT */
/* Console output.  wortel writes to COM1 and to the text screen until deva has them.  From then on
 * the text goes into a ring, and from there to deva in one-way messages.  If the machine has no
 * UART or no screen, output is lost, but no time: every wait has a limit. */
#include "wortel.h"
#include "ports.h"
#include <hurd/deva.h>
#include <l4/ipc.h>
#include <l4/sigma0.h>
#include <pc/uart.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CRTC        0x3D4
#define SCREEN      0xB8000u
#define COLUMNS     80
#define ROWS        25
#define ATTRIBUTE   0x0700

static bool has_uart, has_screen;
static L4_ThreadId_t deva;          /* nil: wortel has the console */

static char ring[4096];             /* text for deva: [tail, head), modulo the size of the ring */
static unsigned head, tail;

/* ---- the UART */
static void uart_init(void)
{
    has_uart = uart_find(UART_COM1, inb, outb);
    if (has_uart)
        uart_set(UART_COM1, inb, outb);
}

void console_drain(void)
{
    if (has_uart)
        uart_wait(UART_COM1, UART_ALL_SENT, inb);
}

/* ---- the screen.  Its position is in the CRT controller, where the next owner finds it. */
static unsigned cursor_get(void)
{
    outb(CRTC, 14);
    unsigned at = (unsigned)inb(CRTC + 1) << 8;
    outb(CRTC, 15);
    at |= inb(CRTC + 1);
    return at < COLUMNS * ROWS ? at : COLUMNS * (ROWS - 1);
}

static void cursor_set(unsigned at)
{
    outb(CRTC, 14);
    outb(CRTC + 1, (unsigned char)(at >> 8));
    outb(CRTC, 15);
    outb(CRTC + 1, (unsigned char)at);
}

static void screen_put(char c)
{
    volatile unsigned short *cell = (volatile unsigned short *)SCREEN;
    unsigned at = cursor_get();
    if (c == '\r')
        at -= at % COLUMNS;
    else if (c == '\b')
        at -= at > 0;
    else if (c != '\n')
        cell[at++] = (unsigned short)(ATTRIBUTE | (unsigned char)c);
    if (c == '\n')
        at += COLUMNS - at % COLUMNS;
    if (at >= COLUMNS * ROWS) {
        for (unsigned i = 0; i < COLUMNS * (ROWS - 1); i++)
            cell[i] = cell[i + COLUMNS];
        for (unsigned i = COLUMNS * (ROWS - 1); i < COLUMNS * ROWS; i++)
            cell[i] = ATTRIBUTE | ' ';
        at -= COLUMNS;
    }
    cursor_set(at);
}

void console_init(void)
{
    uart_init();
    has_screen = !L4_IsNilFpage(L4_Sigma0_GetPage(
        L4_Sigma0Id(), L4_FpageAddRights(L4_FpageLog2(SCREEN, 12), L4_FPAGE_RWX)));
}

void console_putchar(char c)
{
    if (!L4_IsNilThread(deva)) {
        ring[head++ % sizeof ring] = c;
        if (head - tail > sizeof ring)
            tail = head - sizeof ring;      /* the oldest text is lost */
        return;
    }
    if (has_uart && c == '\n')
        uart_send(UART_COM1, '\r', inb, outb);
    if (has_uart)
        uart_send(UART_COM1, (unsigned char)c, inb, outb);
    if (has_screen)
        screen_put(c);
}

void say(const char *format, ...)
{
    char line[280];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    for (const char *s = line; *s; s++)
        console_putchar(*s);
}

void console_hand_over(L4_ThreadId_t to) { deva = to; }

/* For the last words, and for the case that deva is gone: the text that deva did not take comes out
 * here. */
void console_take_back(void)
{
    if (L4_IsNilThread(deva))
        return;
    deva = L4_nilthread;
    while (tail != head)
        console_putchar(ring[tail++ % sizeof ring]);
}

bool console_waiting(void) { return !L4_IsNilThread(deva) && head != tail; }

void console_flush(void)
{
    while (console_waiting()) {
        L4_Word_t words[HURD_DEVA_CHUNK / 4] = {0};
        unsigned n = head - tail < HURD_DEVA_CHUNK ? head - tail : HURD_DEVA_CHUNK;
        for (unsigned i = 0; i < n; i++)
            words[i / 4] |= (L4_Word_t)(unsigned char)ring[(tail + i) % sizeof ring] << i % 4 * 8;
        L4_LoadMR(1, n);
        L4_LoadMRs(2, (int)(n + 3) / 4, words);
        L4_Set_MsgTag(L4_MakeTag(HURD_DEVA_LOG, 1 + (n + 3) / 4, 0));
        L4_MsgTag_t tag = L4_Send_Timeout(deva, L4_ZeroTime);
        if (L4_IpcSucceeded(tag))
            tail += n;
        else if (L4_IpcErrorCode(L4_ErrorCode()) == L4_IPC_NO_PARTNER)
            console_take_back();
        else
            return;                         /* deva is busy: serve() soon tries again */
    }
}
