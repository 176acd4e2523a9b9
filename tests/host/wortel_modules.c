/* SPDX-License-Identifier: MIT */
/* links: servers/wortel/place.c servers/wortel/bootinfo.c */
/* words: 32 */
/* What wortel makes of boot information, ours and other loaders', and of modules that lie in each
 * other's way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "servers/wortel/wortel.h"
#include <l4/bootinfo.h>
#include <l4/kip.h>

/* ---- the rest of wortel, as far as these two files see it */

static L4_KernelInterfacePage_t the_kip;
const void *kip = &the_kip;

#define RAM (1u << 20)
static _Alignas(1 << 20) unsigned char ram[RAM];        /* where modules lie */
static _Alignas(1 << 16) unsigned char pool[1 << 18];   /* what memory_any gives, from its start */
enum { PAGES = RAM / PAGE };
static L4_Word_t pool_used, unused_bytes;
static bool refused[PAGES];             /* sigma0 has given that page to somebody else */
static bool claimed[PAGES], given[PAGES];       /* wortel's; physmem's then */
static jmp_buf failed;
static bool failing;

static L4_Word_t page_of(L4_Word_t address)
{
    return (address - (L4_Word_t) ram) / PAGE;
}

static bool in_ram(L4_Word_t start, L4_Word_t end)
{
    return start >= (L4_Word_t) ram && end <= (L4_Word_t) ram + RAM;
}

bool memory_is_ram(L4_Word_t start, L4_Word_t end)
{
    return in_ram(start, end);
}

bool memory_claim(L4_Word_t start, L4_Word_t end)
{
    for (L4_Word_t at = start; in_ram(start, end) && at < end; at += PAGE) {
        if (refused[page_of(at)])
            return false;
        claimed[page_of(at)] = true;
    }
    return true;
}

L4_Word_t memory_any(L4_Word_t log2)
{
    L4_Word_t size = 1ul << log2, at = (pool_used + size - 1) & -size;
    if (at + size > sizeof pool)
        return 0;
    pool_used = at + size;
    return (L4_Word_t) pool + at;
}

void memory_unused(L4_Word_t start, L4_Word_t end)
{
    start = page_up(start);
    end = page_down(end);
    for (L4_Word_t at = start; at < end; at += PAGE) {
        unused_bytes += PAGE;
        if (!in_ram(at, at + PAGE))
            continue;
        assert_true(claimed[page_of(at)]);
        assert_false(given[page_of(at)]);
        given[page_of(at)] = true;
    }
}

bool memory_is_unused(L4_Word_t start, L4_Word_t end)
{
    for (L4_Word_t at = start; at < end; at += PAGE)
        if (in_ram(at, at + PAGE) && given[page_of(at)])
            return true;
    return false;
}

void boot_fail(const char *format, ...)
{
    (void) format;
    assert_true(failing);
    longjmp(failed, 1);
}

static int reset(void **state)
{
    (void) state;
    memset(ram, 0xEE, sizeof ram);
    memset(&the_kip, 0, sizeof the_kip);
    memset(refused, 0, sizeof refused);
    memset(claimed, 0, sizeof claimed);
    memset(given, 0, sizeof given);
    pool_used = unused_bytes = 0;
    module_count = modules_dropped = 0;
    failing = false;
    return 0;
}

/* ---- boot information */

static union {
    L4_Word_t words[256];
    char bytes[1024];
} info;

static void add_record(L4_Word_t *at, L4_Word_t type, L4_Word_t start, L4_Word_t size,
                       const char *cmdline)
{
    L4_Word_t *r = info.words + *at / 4;
    L4_Word_t string = type == L4_BOOTREC_EXEC ? 64 : 24,
              length = string + (strlen(cmdline) & ~3u) + 4;
    r[0] = type;
    r[1] = 1;
    r[2] = length;
    r[3] = start;
    r[4] = size;
    r[type == L4_BOOTREC_EXEC ? 15 : 5] = string;
    strcpy((char *) r + string, cmdline);
    *at += length;
    info.words[4]++;
}

static void a_generic_block_gives_the_modules_and_leaves_the_executables(void **state)
{
    (void) state;
    L4_Word_t at = 32;
    memset(&info, 0, sizeof info);
    info.words[0] = L4_BOOTINFO_MAGIC;
    info.words[1] = 1;
    info.words[3] = 32;
    add_record(&at, L4_BOOTREC_EXEC, 1, 2, "sigma0");
    add_record(&at, L4_BOOTREC_EXEC, 3, 4, "/boot/wortel -D");
    add_record(&at, L4_BOOTREC_MODULE, 0x1000, 0x2345, "/boot/physmem a b");
    add_record(&at, L4_BOOTREC_MULTIBOOT, 0, 0, "");
    add_record(&at, L4_BOOTREC_MODULE, 0x9000, 1, "a-name-much-longer-than-fifteen");
    info.words[2] = at;
    the_kip.BootInfo = (L4_Word_t) &info;
    bootinfo_read(kip);
    assert_int_equal(module_count, 2);
    assert_int_equal(modules[0].start, 0x1000);
    assert_int_equal(modules[0].end, 0x3345);
    assert_string_equal(modules[0].name, "physmem");
    assert_string_equal(modules[0].cmdline, "/boot/physmem a b");
    assert_string_equal(modules[1].name, "a-name-much-lon");
}

static struct multiboot_info mbi;
static struct multiboot_module list[12];

static void make_list(unsigned n, unsigned root)
{
    memset(&mbi, 0, sizeof mbi);
    memset(list, 0, sizeof list);
    mbi.flags = MULTIBOOT_HAS_MODS;
    mbi.mods_count = n;
    mbi.mods_addr = (uint32_t) (uintptr_t) list;
    the_kip.BootInfo = (L4_Word_t) &mbi;
    the_kip.RootServer.ip = 0x300123;
    for (unsigned i = 0; i < n; i++) {
        list[i].start = (uint32_t) (uintptr_t) (ram + i * 0x1000);
        list[i].end = list[i].start + 0x800;
        list[i].cmdline = (uint32_t) (uintptr_t) (i == root + 1 ? "first ours" : "other");
        memcpy(ram + i * 0x1000, "\177ELF", 4);
        *(uint32_t *) (ram + i * 0x1000 + 24) = i == root ? 0x300123 : 0x40000 + i;
    }
}

static void a_multiboot_list_is_read_from_behind_the_root_server(void **state)
{
    for (unsigned root = 0; root < 3; root++) {
        reset(state);
        make_list(9, root);
        bootinfo_read(kip);
        assert_int_equal(module_count, 8 - root);
        assert_string_equal(modules[0].name, "first");
    }
}

static void a_list_without_the_root_servers_file_starts_behind_its_first(void **state)
{
    (void) state;
    make_list(6, 0);
    the_kip.RootServer.ip = 1;
    bootinfo_read(kip);
    assert_int_equal(module_count, 5);
}

static void more_modules_than_there_are_roles_are_left_alone(void **state)
{
    (void) state;
    make_list(12, 0);
    bootinfo_read(kip);
    assert_int_equal(module_count, MODULES_MAX);
    assert_true(modules_dropped > 0);
}

static void no_boot_information_is_no_modules(void **state)
{
    (void) state;
    bootinfo_read(kip);
    assert_int_equal(module_count, 0);
}

static void command_lines_that_do_not_fit_end_the_boot(void **state)
{
    (void) state;
    static char line[1500];
    memset(line, 'x', sizeof line - 1);
    make_list(3, 0);
    for (unsigned i = 0; i < 3; i++)
        list[i].cmdline = (uint32_t) (uintptr_t) line;
    bootinfo_read(kip);
    assert_int_equal(module_count, 2);
    assert_string_equal(modules[1].cmdline, line);
    module_count = 0;
    failing = true;
    if (setjmp(failed) == 0) {          /* what was kept is kept: a third one is too much */
        bootinfo_read(kip);
        fail();
    }
}

/* ---- modules in the way */

static void put(L4_Word_t offset, L4_Word_t size, unsigned char fill)
{
    struct module *m = &modules[module_count++];
    *m = (struct module) { .start = (L4_Word_t) ram + offset, .end = (L4_Word_t) ram + offset + size, .cmdline = "" };
    memset((void *) m->start, fill, size);
    assert_true(memory_claim(page_down(m->start), page_up(m->end)));
}

static bool holds(const struct module *m, L4_Word_t size, unsigned char fill)
{
    const unsigned char *p = (const unsigned char *) m->start;
    if (m->end - m->start != size || m->start % PAGE != 0)
        return false;
    for (L4_Word_t i = 0; i < page_up(size); i++)
        if (p[i] != (i < size ? fill : 0))
            return false;
    return true;
}

/* Pre: the place is not refused. */
static void place(L4_Word_t from, L4_Word_t to)
{
    assert_true(memory_claim((L4_Word_t) ram + from, (L4_Word_t) ram + to));
    place_modules((L4_Word_t) ram + from, (L4_Word_t) ram + to);
}

static void modules_that_lie_well_stay_and_get_a_clean_tail(void **state)
{
    (void) state;
    put(0x10000, 0x1234, 1);
    put(0x20000, 0x1000, 2);
    place(0x80000, 0x90000);
    assert_int_equal(pool_used, 0);
    assert_int_equal(modules[0].start, (L4_Word_t) ram + 0x10000);
    assert_true(holds(&modules[0], 0x1234, 1));
    assert_true(holds(&modules[1], 0x1000, 2));
}

static void modules_packed_byte_to_byte_come_apart(void **state)
{
    (void) state;
    put(0x10010, 0x1234, 1);
    put(0x11244, 0x777, 2);
    put(0x119BB, 0x3000, 3);
    place(0x80000, 0x90000);
    assert_true(holds(&modules[0], 0x1234, 1));
    assert_true(holds(&modules[1], 0x777, 2));
    assert_true(holds(&modules[2], 0x3000, 3));
}

static void a_module_stays_when_another_moves_out_of_its_last_page(void **state)
{
    (void) state;
    put(0x10000, 0x1234, 1);
    put(0x11234, 0x777, 2);
    place(0x80000, 0x90000);
    assert_int_equal(modules[0].start, (L4_Word_t) ram + 0x10000);
    assert_true(holds(&modules[0], 0x1234, 1));
    assert_true(holds(&modules[1], 0x777, 2));
}

static void a_module_on_physmems_place_moves_wherever_it_touches_it(void **state)
{
    static const L4_Word_t at[] = { 0x7F000, 0x80000, 0x88000, 0x8F000, 0x7E000 };
    for (unsigned i = 0; i < sizeof at / sizeof at[0]; i++) {
        reset(state);
        put(at[i], 0x2800, 7);
        place(0x80000, 0x90000);
        assert_true(holds(&modules[0], 0x2800, 7));
        bool outside = modules[0].end <= (L4_Word_t)ram + 0x80000 ||
                       modules[0].start >= (L4_Word_t)ram + 0x90000;
        assert_true(outside);
    }
    reset(state);
    put(0x7D000, 0x2FFF, 7);            /* ends in the page before */
    place(0x80000, 0x90000);
    assert_int_equal(pool_used, 0);
}

static void refuse(L4_Word_t from, L4_Word_t to)
{
    memset(refused + from / PAGE, true, (to - from) / PAGE);
}

static void a_module_for_which_there_is_no_memory_is_one_sentence(void **state)
{
    (void) state;
    put(0x10, 0x60000, 1);
    refuse(0x62000, RAM);
    claimed[0xF0] = refused[0xF0] = false;
    failing = true;
    if (setjmp(failed) == 0) {
        place(0xF0000, 0xF1000);
        assert_true(false);
    }
}

static void what_a_block_has_too_much_goes_to_physmem(void **state)
{
    (void) state;
    refuse(0x61000, 0x62000);           /* so it has no place behind itself or physmem */
    refuse(0xF1000, 0xF2000);
    put(0x5B010, 0x5001, 1);            /* six pages out of eight */
    place(0xF0000, 0xF1000);
    assert_true(holds(&modules[0], 0x5001, 1));
    assert_int_equal(pool_used, 8 * PAGE);
    assert_int_equal(unused_bytes, 2 * PAGE + 4 * PAGE);        /* and whole pages of the old place */
}

static void a_module_too_large_for_any_block_moves_behind_physmems_place(void **state)
{
    (void) state;
    put(0x40000, 0x60000, 9);
    pool_used = sizeof pool;
    place(0x80000, 0x90000);
    assert_true(holds(&modules[0], 0x60000, 9));
    assert_int_equal(modules[0].start, (L4_Word_t) ram + 0x90000);
    assert_int_equal(unused_bytes, 0x80000 - 0x40000);
    for (L4_Word_t at = 0x40000; at < 0x80000; at += PAGE)
        assert_true(given[at / PAGE]);
}

static void a_module_does_not_move_onto_the_root_server(void **state)
{
    (void) state;
    the_kip.RootServer.low = (L4_Word_t) ram + 0x9A000;
    the_kip.RootServer.high = (L4_Word_t) ram + 0x9AFFF;
    put(0x78000, 0x10000, 9);
    place(0x80000, 0x90000);
    assert_true(holds(&modules[0], 0x10000, 9));
    assert_int_equal(modules[0].start - (L4_Word_t) pool, 0);
}

/* Every page is a module's, or of physmem's place, or was given to physmem, or is nobody's. */
static void expect_one_owner(L4_Word_t from, L4_Word_t to)
{
    unsigned owners[PAGES] = { 0 };
    for (L4_Word_t page = 0; page < PAGES; page++)
        owners[page] = given[page] + (page >= from / PAGE && page < to / PAGE) + refused[page];
    for (unsigned i = 0; i < module_count; i++)
        for (L4_Word_t at = modules[i].start; at < modules[i].end; at += PAGE)
            if (in_ram(at, at + PAGE))
                owners[page_of(at)]++;
    for (L4_Word_t page = 0; page < PAGES; page++)
        assert_true(owners[page] <= 1);
}

/* Up to five modules, packed or not, and pages that sigma0 refuses. */
static void put_by_lot(L4_Word_t from, L4_Word_t to)
{
    L4_Word_t at = (L4_Word_t) (rand() % 0x40000);
    for (unsigned n = 0; n < 5; n++) {
        L4_Word_t size = 1 + (L4_Word_t) (rand() % (rand() % 4 ? 0x8000 : 0x50000));
        if (at + size > RAM - 0x10000)
            break;
        put(at, size, (unsigned char) (n + 1));
        at += size + (rand() % 2 ? (L4_Word_t) (rand() % 0x2000) : 0);
        at = rand() % 3 ? page_up(at) : at;
    }
    for (unsigned i = 0; i < 6; i++) {
        L4_Word_t page = (L4_Word_t) (rand() % PAGES);
        refused[page] = !claimed[page] && (page < from / PAGE || page >= to / PAGE);
    }
}

/* False: wortel found no room, and said so. */
static bool placed(L4_Word_t from, L4_Word_t to)
{
    failing = true;
    if (setjmp(failed))
        return false;
    place(from, to);
    return true;
}

static void however_modules_lie_each_keeps_its_bytes_and_no_page_has_two_owners(void **state)
{
    enum { ROUNDS = 3000, FROM = 0x80000, TO = 0x90000 };
    unsigned moved = 0, without_room = 0;
    srand(1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        reset(state);
        put_by_lot(FROM, TO);
        struct module old[MODULES_MAX];
        memcpy(old, modules, sizeof old);
        if (!placed(FROM, TO)) {
            without_room++;
            continue;
        }
        for (unsigned i = 0; i < module_count; i++) {
            moved += modules[i].start != old[i].start;
            assert_true(holds(&modules[i], old[i].end - old[i].start, (unsigned char) (i + 1)));
        }
        expect_one_owner(FROM, TO);
    }
    assert_true(moved > ROUNDS / 2);
    assert_true(without_room < ROUNDS / 4);
}

#define T(name) cmocka_unit_test_setup(name, reset)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_generic_block_gives_the_modules_and_leaves_the_executables),
        T(a_multiboot_list_is_read_from_behind_the_root_server),
        T(a_list_without_the_root_servers_file_starts_behind_its_first),
        T(more_modules_than_there_are_roles_are_left_alone),
        T(no_boot_information_is_no_modules),
        T(command_lines_that_do_not_fit_end_the_boot),
        T(modules_that_lie_well_stay_and_get_a_clean_tail),
        T(modules_packed_byte_to_byte_come_apart),
        T(a_module_stays_when_another_moves_out_of_its_last_page),
        T(a_module_on_physmems_place_moves_wherever_it_touches_it),
        T(a_module_for_which_there_is_no_memory_is_one_sentence),
        T(what_a_block_has_too_much_goes_to_physmem),
        T(a_module_too_large_for_any_block_moves_behind_physmems_place),
        T(a_module_does_not_move_onto_the_root_server),
        T(however_modules_lie_each_keeps_its_bytes_and_no_page_has_two_owners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
