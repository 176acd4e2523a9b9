/* SPDX-License-Identifier: MIT */
/* Traces: the text form in, the binary form out. */
#include "sim.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void *allocate(size_t size)
{
    void *memory = calloc(1, size ? size : 1);
    if (!memory) {
        fprintf(stderr, "pagesim: no memory\n");
        exit(2);
    }
    return memory;
}

static void complain(unsigned long line, const char *what)
{
    fprintf(stderr, "pagesim: line %lu of the trace: %s\n", line, what);
    exit(2);
}

/* ---- the text ---- */

struct reader {
    struct trace *t;
    uint32_t page_room, reference_room;
    unsigned long line;
};

static void *grow(void *old, uint32_t *room, size_t size)
{
    *room = *room ? *room * 2 : 4096;
    void *memory = realloc(old, *room * size);
    if (!memory)
        complain(0, "it does not fit into memory");
    return memory;
}

static void read_page(struct reader *r, const char *text)
{
    struct trace *t = r->t;
    unsigned id, number, class;
    char kind;
    if (sscanf(text, "P %u %x %c %u", &id, &number, &kind, &class) != 4 || id != t->pages ||
        class > 9 || !strchr("FAS", kind))
        complain(r->line, "no page, or not the next one");
    if (t->pages == r->page_room) {
        uint32_t room = r->page_room;
        t->number = grow(t->number, &room, sizeof *t->number);
        room = r->page_room;
        t->class = grow(t->class, &room, 1);
        t->kind = grow(t->kind, &r->page_room, 1);
    }
    t->number[id] = number;
    t->class[id] = (unsigned char)class;
    t->kind[id] = kind;
    t->pages++;
}

static void add(struct reader *r, unsigned long id, bool write, bool unmap)
{
    struct trace *t = r->t;
    if (id >= t->pages)
        complain(r->line, "a page that no P line names");
    if (t->count == r->reference_room)
        t->references = grow(t->references, &r->reference_room, sizeof *t->references);
    t->references[t->count++] = (struct reference){(uint32_t)id & 0x3fffffff, write, unmap};
}

static void read_references(struct reader *r, char *text)
{
    for (;;) {
        while (isspace((unsigned char)*text))
            text++;
        if (!*text)
            return;
        char *end;
        unsigned long id = strtoul(text, &end, 10);
        if (end == text)
            complain(r->line, "no page id");
        bool write = *end == 'w';
        add(r, id, write, false);
        text = end + write;
    }
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Neighbours in the program are neighbours in the store; a gap of one page stands for each other
 * gap. */
static void find_places(struct trace *t)
{
    uint32_t (*sorted)[2] = allocate(t->pages * sizeof *sorted), place = 0;
    t->place = allocate(t->pages * sizeof *t->place);
    t->at = allocate(t->pages * 2 * sizeof *t->at);
    for (uint32_t i = 0; i < t->pages; i++)
        sorted[i][0] = t->number[i], sorted[i][1] = i;
    qsort(sorted, t->pages, sizeof *sorted, by_number);
    for (uint32_t i = 0; i < t->pages; i++, place++) {
        if (i && sorted[i][0] != sorted[i - 1][0] + 1)
            t->at[place++] = NONE;
        t->place[sorted[i][1]] = place;
        t->at[place] = sorted[i][1];
    }
    t->places = place;
    free(sorted);
}

void trace_read(struct trace *t, FILE *in)
{
    struct reader r = {.t = t};
    char text[4096];
    *t = (struct trace){0};
    while (fgets(text, sizeof text, in)) {
        r.line++;
        if (!strchr(text, '\n') && !feof(in))
            complain(r.line, "too long");
        if (text[0] == 'P')
            read_page(&r, text);
        else if (isdigit((unsigned char)text[0]))
            read_references(&r, text);
        else if (text[0] == 'U')
            add(&r, strtoul(text + 1, NULL, 10), false, true);
    }
    if (!t->count)
        complain(r.line, "no references");
    find_places(t);
}

/* ---- the binary form ---- */

static void put_word(FILE *out, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        putc((int)(word >> 8 * i & 0xff), out);
}

static void put_number(FILE *out, uint32_t number)
{
    for (; number >= 0x80; number >>= 7)
        putc((int)(number & 0x7f) | 0x80, out);
    putc((int)number, out);
}

/* One number a reference: 0 and a place for an unmapped page, else 1 + twice the way from the last
 * place (0, 1, -1, 2, -2 ... as 0, 1, 2, 3, 4), plus 1 for a write. */
void trace_pack(const struct trace *t, FILE *out)
{
    uint32_t last = 0;
    put_word(out, 0x43415254);
    put_word(out, t->pages);
    put_word(out, t->places);
    put_word(out, t->count);
    for (uint32_t i = 0; i < t->places; i++)
        putc(t->at[i] == NONE ? 0xff : t->class[t->at[i]], out);
    for (uint32_t i = 0; i < t->count; i++) {
        const struct reference *r = &t->references[i];
        uint32_t place = t->place[r->page];
        if (r->unmap) {
            put_number(out, 0);
            put_number(out, place);
            continue;
        }
        uint32_t way = place > last ? 2 * (place - last) - 1 : 2 * (last - place);
        put_number(out, 1 + 2 * way + r->write);
        last = place;
    }
}
