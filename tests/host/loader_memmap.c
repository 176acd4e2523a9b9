/* links: boot/memmap.c boot/place.c boot/options.c */
/* flags: -Iboot */
/* SPDX-License-Identifier: MIT */
/* The loader's view of RAM: what the BIOS says, and the free places in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "loader.h" /* before cmocka: both know a fail() */
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct memmap map;

static void make(const struct bios_entry *e, size_t n) { memmap_make(&map, e, n); }

static void assert_ram(size_t i, uint64_t low, uint64_t high)
{
    assert_true(i < map.rams);
    assert_int_equal(map.ram[i].low, low);
    assert_int_equal(map.ram[i].high, high);
}

static void entries_come_out_sorted_and_joined(void **state)
{
    const struct bios_entry e[] = {
        {0x300000, 0x100000, 1}, {0x100000, 0x100000, 1}, {0x200000, 0x100000, 1}};
    (void)state;
    make(e, COUNT(e));
    assert_int_equal(map.rams, 1);
    assert_ram(0, 0x100000, 0x400000);
}

static void overlapping_entries_become_one(void **state)
{
    const struct bios_entry e[] = {
        {0x100000, 0x80000, 1}, {0x400000, 0x1000, 1}, {0x140000, 0x80000, 1}};
    (void)state;
    make(e, COUNT(e));
    assert_int_equal(map.rams, 2);
    assert_ram(0, 0x100000, 0x1C0000);
    assert_ram(1, 0x400000, 0x401000);
}

static void an_entry_over_several_others_swallows_them(void **state)
{
    const struct bios_entry e[] = {{0x100000, 0x1000, 1},
                                   {0x200000, 0x1000, 1},
                                   {0x300000, 0x1000, 1},
                                   {0x500000, 0x1000, 1},
                                   {0x100000, 0x300000, 1}};
    (void)state;
    make(e, COUNT(e));
    assert_int_equal(map.rams, 2);
    assert_ram(0, 0x100000, 0x400000);
    assert_ram(1, 0x500000, 0x501000);
}

static void ram_is_rounded_inwards_to_pages(void **state)
{
    const struct bios_entry e[] = {{0, 0x9FC00, 1}, {0x100400, 0x10000, 1}};
    (void)state;
    make(e, COUNT(e));
    assert_int_equal(map.rams, 2);
    assert_ram(0, 0, 0x9F000);
    assert_ram(1, 0x101000, 0x110000);
}

static void a_piece_smaller_than_a_page_is_no_ram(void **state)
{
    const struct bios_entry e[] = {{0x100800, 0x1000, 1}, {0x200000, 0, 1}};
    (void)state;
    make(e, COUNT(e));
    assert_int_equal(map.rams, 0);
}

static void other_types_win_over_ram_whatever_the_order(void **state)
{
    const struct bios_entry e[] = {
        {0x180010, 0x10, 2}, {0x100000, 0x100000, 1}, {0x1FF000, 0x100000, 3}};
    (void)state;
    make(e, COUNT(e));
    assert_int_equal(map.rams, 2);
    assert_ram(0, 0x100000, 0x180000);
    assert_ram(1, 0x181000, 0x1FF000);
}

static void memory_over_4_gb_is_counted_and_cut(void **state)
{
    const struct bios_entry e[] = {{0xFFF00000, 0x200000, 1}, {0x100000000, 0x40000000, 1}};
    (void)state;
    make(e, COUNT(e));
    assert_int_equal(map.rams, 1);
    assert_ram(0, 0xFFF00000, 0x100000000);
    assert_int_equal(map.ram_above_4g, 0x40100000);
}

static void an_entry_that_wraps_around_ends_at_the_top(void **state)
{
    const struct bios_entry e[] = {
        {0x100000, 0x100000, 1}, {0xFFFFFFFFFFFFF000, 0x2000, 2}, {0x180000, ~(uint64_t)0, 2}};
    (void)state;
    make(e, COUNT(e));
    assert_int_equal(map.rams, 1);
    assert_ram(0, 0x100000, 0x180000);
}

static void vga_and_roms_are_never_ram(void **state)
{
    const struct bios_entry e[] = {{0, 0x1000000, 1}};
    (void)state;
    make(e, COUNT(e));
    assert_int_equal(map.rams, 2);
    assert_ram(0, 0, 0xA0000);
    assert_ram(1, 0x100000, 0x1000000);
}

static void ram_is_found_only_where_all_of_it_is(void **state)
{
    const struct bios_entry e[] = {{0x100000, 0x100000, 1}};
    (void)state;
    make(e, COUNT(e));
    assert_true(memmap_has(&map, 0x100000, 0x200000));
    assert_false(memmap_has(&map, 0xFF000, 0x101000));
    assert_false(memmap_has(&map, 0x1FF000, 0x200001));
    assert_int_equal(memmap_total(&map), 0x100000);
}

/* Any garbage: sorted, disjoint, page aligned, below 4 GB, and no byte that another entry claims. */
static void random_maps_keep_the_promises(void **state)
{
    (void)state;
    srand(4711);
    for (int round = 0; round < 2000; round++) {
        struct bios_entry e[40];
        size_t n = (size_t)rand() % COUNT(e);
        for (size_t i = 0; i < n; i++) {
            uint64_t r = (uint64_t)rand() << 31 ^ (uint64_t)rand();
            e[i].base = round % 2 ? r % 0x1000000 : r % 0x180000000;
            e[i].length = round % 2 ? r % 0x40000 : r >> (rand() % 40);
            e[i].type = 1 + (uint32_t)rand() % 3;
        }
        make(e, n);
        for (size_t i = 0; i < map.rams; i++) {
            assert_true(map.ram[i].low < map.ram[i].high && map.ram[i].high <= (uint64_t)1 << 32);
            assert_true(((map.ram[i].low | map.ram[i].high) & 4095) == 0);
            assert_true(i == 0 || map.ram[i - 1].high < map.ram[i].low ||
                        map.ram[i].low == map.ram[i - 1].high);
            for (size_t k = 0; k < n; k++)
                if (e[k].type != 1 && e[k].length)
                    assert_false(e[k].base < map.ram[i].high &&
                                 e[k].base + e[k].length > map.ram[i].low);
        }
    }
}

/* ---- places */
static struct used used;

static void places_are_taken_from_the_top(void **state)
{
    const struct bios_entry e[] = {{0x100000, 0x300000, 1}};
    (void)state;
    make(e, COUNT(e));
    used.n = 0;
    assert_int_equal(place_find(&map, &used, 0x1000, (uint64_t)1 << 32), 0x3FF000);
    used_add(&used, 0x380000, 0x3FF800);
    assert_int_equal(place_find(&map, &used, 0x1000, (uint64_t)1 << 32), 0x37F000);
    assert_int_equal(place_find(&map, &used, 0x1000, 0x200000), 0x1FF000);
    assert_int_equal(place_find(&map, &used, 0x280000, (uint64_t)1 << 32), 0x100000);
    assert_int_equal(place_find(&map, &used, 0x281000, (uint64_t)1 << 32), 0);
}

static void page_0_is_never_a_place(void **state)
{
    const struct bios_entry e[] = {{0, 0x2000, 1}};
    (void)state;
    make(e, COUNT(e));
    used.n = 0;
    assert_int_equal(place_find(&map, &used, 0x1000, (uint64_t)1 << 32), 0x1000);
    assert_int_equal(place_find(&map, &used, 0x2000, (uint64_t)1 << 32), 0);
    used_add(&used, 0x1800, 0x1801);
    assert_int_equal(place_find(&map, &used, 0x1000, (uint64_t)1 << 32), 0);
}

static void a_hole_between_used_ranges_is_found(void **state)
{
    const struct bios_entry e[] = {{0x100000, 0x100000, 1}};
    (void)state;
    make(e, COUNT(e));
    used.n = 0;
    used_add(&used, 0x150000, 0x200000);
    used_add(&used, 0x100000, 0x140000);
    assert_int_equal(place_find(&map, &used, 0x10000, (uint64_t)1 << 32), 0x140000);
    assert_int_equal(place_find(&map, &used, 0x11000, (uint64_t)1 << 32), 0);
    assert_true(used_overlaps(&used, 0x13FFFF, 0x140001));
    assert_false(used_overlaps(&used, 0x140000, 0x150000));
}

static void too_many_used_ranges_leave_no_place(void **state)
{
    const struct bios_entry e[] = {{0x100000, 0x100000, 1}};
    (void)state;
    make(e, COUNT(e));
    used.n = 0;
    for (int i = 0; i <= MAX_USED; i++)
        used_add(&used, 0x800000, 0x801000);
    assert_int_equal(place_find(&map, &used, 0x1000, (uint64_t)1 << 32), 0);
}

/* ---- options */
static void an_option_is_a_whole_word(void **state)
{
    uint32_t n = 0;
    (void)state;
    assert_null(option_find("kernel xkmem=4M kmem", "kmem"));
    assert_null(option_find("", "kmem"));
    assert_true(option_is(option_find("a bootinfo=multiboot b", "bootinfo"), "multiboot"));
    assert_false(option_is(option_find("a bootinfo=multibootx", "bootinfo"), "multiboot"));
    assert_true(option_size(option_find("a kmem=4M", "kmem"), &n));
    assert_int_equal(n, 4 << 20);
}

static void sizes_that_are_none_are_refused(void **state)
{
    uint32_t n;
    (void)state;
    assert_true(option_size("12K x", &n));
    assert_int_equal(n, 12288);
    assert_true(option_size("4095m", &n));
    assert_false(option_size("4096M", &n));
    assert_false(option_size("99999999999", &n));
    assert_false(option_size("12Q", &n));
    assert_false(option_size("", &n));
    assert_false(option_size("M", &n));
}

static void the_smallest_regions_go_first_and_what_is_used_stays(void **state)
{
    const struct bios_entry e[] = {{0x1000, 0x1000, 1},
                                   {0x100000, 0x9000, 1},
                                   {0x200000, 0x2000, 1},
                                   {0x300000, 0x5000, 1},
                                   {0x400000, 0x3000, 1}};
    struct used kept = {0};
    (void)state;
    make(e, COUNT(e));
    used_add(&kept, 0x1800, 0x1900);
    assert_int_equal(memmap_limit(&map, &kept, 5), 0);
    assert_int_equal(memmap_limit(&map, &kept, 3), 0x5000);
    assert_int_equal(map.rams, 3);
    assert_ram(0, 0x1000, 0x2000);
    assert_ram(1, 0x100000, 0x109000);
    assert_ram(2, 0x300000, 0x305000);
    assert_int_equal(memmap_limit(&map, &kept, 0), 0xE000);
    assert_int_equal(map.rams, 1);
    assert_ram(0, 0x1000, 0x2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_regions_go_first_and_what_is_used_stays),
        cmocka_unit_test(entries_come_out_sorted_and_joined),
        cmocka_unit_test(overlapping_entries_become_one),
        cmocka_unit_test(an_entry_over_several_others_swallows_them),
        cmocka_unit_test(ram_is_rounded_inwards_to_pages),
        cmocka_unit_test(a_piece_smaller_than_a_page_is_no_ram),
        cmocka_unit_test(other_types_win_over_ram_whatever_the_order),
        cmocka_unit_test(memory_over_4_gb_is_counted_and_cut),
        cmocka_unit_test(an_entry_that_wraps_around_ends_at_the_top),
        cmocka_unit_test(vga_and_roms_are_never_ram),
        cmocka_unit_test(ram_is_found_only_where_all_of_it_is),
        cmocka_unit_test(random_maps_keep_the_promises),
        cmocka_unit_test(places_are_taken_from_the_top),
        cmocka_unit_test(page_0_is_never_a_place),
        cmocka_unit_test(a_hole_between_used_ranges_is_found),
        cmocka_unit_test(too_many_used_ranges_leave_no_place),
        cmocka_unit_test(an_option_is_a_whole_word),
        cmocka_unit_test(sizes_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
