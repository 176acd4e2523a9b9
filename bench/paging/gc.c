/* SPDX-License-Identifier: MIT */
/* A collector that does not touch pages which are out (a bookmarking collector). When a page is
 * written to its store, the pointers that leave it are noted. While it is out, all its objects
 * count as alive, and what it points to as well. So a collection finds the garbage that is in core
 * and reads nothing. If that is none, it collects everything, as the ordinary collector does.
 *
 * The heap: pages of 64 objects. Each list fills a page; one list in four points to an object of
 * another one, which may outlive its list so. The program replaces lists within a window that
 * moves slowly over the table of lists, and reads some. */
#include "lab.h"
#include "gc_policy.h"
#include <stdio.h>
#include <string.h>

enum {
    HEAP = 600, LISTS = 360, FRAMES = 400, STEPS = 2400, WINDOW = 100,
    OBJECT = 16, PER_PAGE = WORDS / OBJECT, OBJECTS = HEAP * PER_PAGE,
    NONE = OBJECTS,             /* no object */
    SUMMARY_FRAMES = 2,         /* what the notes take: they come off our frames */
};

/* Words of an object; the rest is made of the two first. */
enum { SERIAL, INDEX, NEXT, OTHER, OTHER_SERIAL, OTHER_INDEX, PAYLOAD };

enum kind { ORDINARY, FREES, KNOWS };   /* clock; says which pages are free; bookmarks */

static struct lab_store heap;
static enum kind kind;
static uint32_t lists[LISTS], serial, seed, live_objects;
static uint32_t note[HEAP];             /* the pointer that leaves a page, or NONE */
static unsigned char marked[OBJECTS], used[HEAP];
static uint32_t stack[OBJECTS], depth;
static uint32_t collections, full_collections, free_pages;

static volatile uint32_t *object(uint32_t ref)
{
    return lab_words(&heap, ref / PER_PAGE) + ref % PER_PAGE * OBJECT;
}

/* ---- the collector ---- */

static bool is_out(uint32_t page)
{
    return !gc_in_core[page];
}

/* In the thread that writes the page out. */
static void take_note(uint32_t page, const uint32_t *words)
{
    note[page] = NONE;
    for (uint32_t i = 0; i < PER_PAGE; i++)
        if (words[i * OBJECT + OTHER] != NONE)
            note[page] = words[i * OBJECT + OTHER];
}

static void push(uint32_t ref)
{
    if (ref == NONE || marked[ref])
        return;
    marked[ref] = 1;
    stack[depth++] = ref;
}

static void mark_all(bool everything)
{
    while (depth) {
        uint32_t ref = stack[--depth];
        if (!everything && is_out(ref / PER_PAGE))
            continue;
        live_objects++;
        push(object(ref)[NEXT]);
        push(object(ref)[OTHER]);
    }
}

/* A page without a marked object is free.  Pages that are out stay as they are. */
static void sweep_pages(bool everything)
{
    for (uint32_t page = 0; page < HEAP; page++) {
        if (!used[page] || (!everything && is_out(page)))
            continue;
        if (memchr(&marked[page * PER_PAGE], 1, PER_PAGE))
            continue;
        used[page] = 0;
        free_pages++;
        if (kind == FREES)
            lab_forget(&heap, page);
    }
}

static void collect(bool everything)
{
    memset(marked, 0, sizeof marked);
    live_objects = 0;
    for (uint32_t i = 0; i < LISTS; i++)
        push(lists[i]);
    for (uint32_t page = 0; !everything && page < HEAP; page++)
        if (used[page] && is_out(page))
            push(note[page]);
    mark_all(everything);
    sweep_pages(everything);
    collections++;
    full_collections += everything;
}

/* One that knows takes a free page that is in core, if there is one. */
static uint32_t free_page(void)
{
    uint32_t found = HEAP;
    for (uint32_t page = 0; page < HEAP; page++)
        if (!used[page] && (found == HEAP || (kind == KNOWS && is_out(found) && !is_out(page))))
            found = page;
    return found;
}

static uint32_t page_allocate(void)
{
    if (!free_pages)
        collect(kind != KNOWS);
    if (!free_pages)
        collect(true);
    lab_check(free_pages, "the heap is full");
    uint32_t page = free_page();
    used[page] = 1;
    free_pages--;
    if (kind != ORDINARY)
        lab_worthless(&heap, page);
    return page;
}

/* ---- the program ---- */

static uint32_t below(uint32_t limit)
{
    return lab_random(&seed) % limit;
}

/* One list in four points to an object of a list that is alive. */
static void point_elsewhere(volatile uint32_t *o)
{
    uint32_t to = below(LISTS), index = below(PER_PAGE);
    if (serial % 4 || lists[to] == NONE)
        return;
    o[OTHER] = lists[to] + index;
    o[OTHER_SERIAL] = object(lists[to])[SERIAL];
    o[OTHER_INDEX] = index;
}

static void list_make(uint32_t at)
{
    uint32_t first = page_allocate() * PER_PAGE;
    serial++;
    for (uint32_t i = 0; i < PER_PAGE; i++) {
        volatile uint32_t *o = object(first + i);
        o[SERIAL] = serial;
        o[INDEX] = i;
        o[NEXT] = i + 1 < PER_PAGE ? first + i + 1 : NONE;
        o[OTHER] = NONE;
        for (uint32_t w = PAYLOAD; w < OBJECT; w++)
            o[w] = serial * 2654435761u + i * 40503u + w;
    }
    point_elsewhere(object(first + PER_PAGE / 2));
    lists[at] = first;
}

static void object_check(uint32_t ref, uint32_t is_serial, uint32_t is_index)
{
    volatile uint32_t *o = object(ref);
    bool right = o[SERIAL] == is_serial && o[INDEX] == is_index;
    for (uint32_t w = PAYLOAD; w < OBJECT; w++)
        right = right && o[w] == is_serial * 2654435761u + is_index * 40503u + w;
    lab_check(right, "an object is not what it was");
}

static void list_check(uint32_t at)
{
    uint32_t index = 0, is = object(lists[at])[SERIAL];
    for (uint32_t ref = lists[at]; ref != NONE; ref = object(ref)[NEXT]) {
        object_check(ref, is, index++);
        if (object(ref)[OTHER] != NONE)
            object_check(object(ref)[OTHER], object(ref)[OTHER_SERIAL], object(ref)[OTHER_INDEX]);
    }
    lab_check(index == PER_PAGE, "a list is not whole");
}

static void heap_start(enum kind which)
{
    kind = which;
    seed = 11;
    serial = depth = collections = full_collections = 0;
    free_pages = HEAP;
    memset(used, 0, sizeof used);
    for (uint32_t i = 0; i < LISTS; i++)
        lists[i] = NONE;
    lab_open(&heap, HEAP, LAB_WRITABLE, NULL);
    heap.leaving = take_note;
    lab_policy(&heap, &gc_policy, which == KNOWS ? FRAMES - SUMMARY_FRAMES : FRAMES, 0);
}

/* How many objects are alive at the end: the same for all collectors. */
static uint32_t run(const char *name, enum kind which)
{
    heap_start(which);
    lab_start();
    for (uint32_t i = 0; i < LISTS; i++)
        list_make(i);
    for (uint32_t step = 0; step < STEPS; step++) {
        list_make((step / 8 + below(WINDOW)) % LISTS);
        list_check((step / 8 + below(WINDOW)) % LISTS);
        list_check((step / 8 + below(WINDOW)) % LISTS);
    }
    lab_report("gc", name, FRAMES);
    printf("# gc %s: %u collections, %u of them of everything\n", name, (unsigned)collections,
           (unsigned)full_collections);
    for (uint32_t i = 0; i < LISTS; i++)
        list_check(i);
    collect(true);
    lab_close(&heap);
    return live_objects;
}

void gc(void)
{
    uint32_t alive = run("clock", ORDINARY);
    lab_check(run("munmap", FREES) == alive, "other objects are alive");
    lab_check(run("own", KNOWS) == alive, "other objects are alive");
}
