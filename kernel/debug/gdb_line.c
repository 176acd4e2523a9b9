/* SPDX-License-Identifier: MIT */
/* gdb's serial line: $ text # checksum, each packet acknowledged by + or asked for again by -.
 * If no debugger is at the other end, the machine stands still: it was stopped for one. */
#include <pc/uart.h>

#include "gdb.h"

#define UART_COM2 0x2F8

static char in[GDB_PACKET + 1];
static struct {
    char text[GDB_PACKET];
    word_t length;
    bool again; /* the next packet's $ has been read already */
    bool in_piece, cut;
    word_t skip, left; /* of a piece: characters before it, and in it */
} out;

bool gdb_line_find(void)
{
    if (!uart_find(UART_COM2, in8, out8))
        return false;
    uart_set(UART_COM2, in8, out8);
    out8(UART_COM2 + UART_INTERRUPTS, UART_INTERRUPT_RECEIVED);
    return true;
}

int gdb_line_poll(void)
{
    return in8(UART_COM2 + UART_STATUS) & UART_RECEIVED ? in8(UART_COM2 + UART_DATA) : -1;
}

static char get(void)
{
    int c;
    while ((c = gdb_line_poll()) < 0) {
    }
    return (char)c;
}

static void put(char c)
{
    uart_send(UART_COM2, (uint8_t)c, in8, out8);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Post: `in` holds what came up to the #, as far as there is room.  Returns true if the checksum
 * is right. */
static bool receive_text(size_t *length)
{
    uint8_t sum = 0;
    size_t n = 0;
    char c;
    while ((c = get()) != '#') {
        if (c == '$') { /* the rest of the packet before it is lost */
            sum = 0;
            n = 0;
            continue;
        }
        sum += (uint8_t)c;
        if (n < GDB_PACKET)
            in[n++] = c;
    }
    in[n] = 0;
    *length = n;
    int high = digit(get()), low = digit(get());
    return high >= 0 && low >= 0 && (high << 4 | low) == sum;
}

char *gdb_line_receive(bool begun, size_t *length)
{
    for (;;) {
        while (!begun && !out.again && get() != '$') {
        }
        begun = out.again = false;
        if (receive_text(length))
            break;
        put('-');
    }
    put('+');
    return in;
}

/* ---- what is sent */

void gdb_begin(void)
{
    out.length = 0;
    out.in_piece = out.cut = false;
}

static void append(char c)
{
    if (out.length < GDB_PACKET)
        out.text[out.length++] = c;
}

void gdb_char(char c)
{
    if (!out.in_piece) {
        append(c);
    } else if (out.skip) {
        out.skip--;
    } else if (out.left) {
        out.left--;
        append(c);
    } else {
        out.cut = true;
    }
}

void gdb_text(const char *s)
{
    while (*s)
        gdb_char(*s++);
}

static char hex_digit(word_t value)
{
    return "0123456789abcdef"[value & 15];
}

void gdb_byte(uint8_t value)
{
    gdb_char(hex_digit(value >> 4));
    gdb_char(hex_digit(value));
}

void gdb_word(word_t value)
{
    for (int i = 0; i < 4; i++, value >>= 8)
        gdb_byte((uint8_t)value);
}

void gdb_hex(word_t value)
{
    int shift = 28;
    while (shift && !(value >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        gdb_char(hex_digit(value >> shift));
}

void gdb_piece(word_t offset, word_t count)
{
    gdb_begin();
    append('m');
    out.in_piece = true;
    out.skip = offset;
    out.left = count < GDB_PACKET - 1 ? count : GDB_PACKET - 1;
}

void gdb_piece_end(void)
{
    out.in_piece = false;
    if (!out.cut)
        out.text[0] = 'l';
}

static void send_once(void)
{
    uint8_t sum = 0;
    put('$');
    for (word_t i = 0; i < out.length; i++) {
        put(out.text[i]);
        sum += (uint8_t)out.text[i];
    }
    put('#');
    put(hex_digit(sum >> 4));
    put(hex_digit(sum));
}

void gdb_send(void)
{
    for (;;) {
        send_once();
        char c;
        do
            c = get();
        while (c != '+' && c != '-' && c != '$');
        out.again = c == '$'; /* a new packet means that gdb waits for nothing */
        if (c != '-')
            return;
    }
}

void gdb_answer(const char *s)
{
    gdb_begin();
    gdb_text(s);
    gdb_send();
}

/* ---- what is read */

bool gdb_take_hex(const char **at, word_t *value)
{
    word_t v = 0;
    int n = 0;
    for (; digit(**at) >= 0; (*at)++, n++)
        v = v << 4 | (word_t)digit(**at);
    *value = v;
    return n > 0 && n <= 8;
}

bool gdb_take_byte(const char **at, uint8_t *value)
{
    int high = digit((*at)[0]);
    int low = high < 0 ? -1 : digit((*at)[1]);
    if (low < 0)
        return false;
    *value = (uint8_t)(high << 4 | low);
    *at += 2;
    return true;
}

bool gdb_take(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

bool gdb_take_word(const char **at, const char *word)
{
    const char *p = *at;
    while (*word && *p == *word)
        p++, word++;
    if (*word)
        return false;
    *at = p;
    return true;
}
