/* links: boot/image.c */
/* flags: -Iboot -Iinclude */
/* SPDX-License-Identifier: MIT */
/* ELF files that lie: each lie has its sentence, none leads outside the file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "loader.h" /* before cmocka: both know a fail() */
#include <cmocka.h>

static struct {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version, entry, phoff, shoff, flags;
    uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
    struct {
        uint32_t type, offset, vaddr, paddr, filesz, memsz, flags, align;
    } ph[20];
    uint8_t data[3 * 4096];
} file;
static struct image image;

static int good_file(void **state)
{
    (void)state;
    memset(&file, 0, sizeof file);
    memcpy(file.ident, "\177ELF\1\1\1", 7);
    file.type = 2;
    file.machine = 3;
    file.entry = 0x100010;
    file.phoff = offsetof(__typeof__(file), ph);
    file.phentsize = 32;
    file.phnum = 2;
    for (unsigned i = 0; i < 2; i++) {
        file.ph[i].type = 1;
        file.ph[i].offset = offsetof(__typeof__(file), data) + i * 4096;
        file.ph[i].paddr = 0x100000 + i * 0x1000;
        file.ph[i].vaddr = file.ph[i].paddr + 0xF0000000;
        file.ph[i].filesz = 4096;
        file.ph[i].memsz = 4096 + i * 512;
    }
    return 0;
}

static const char *look(void)
{
    uint8_t *copy = malloc(sizeof file); /* ASan sees every byte behind it */
    memcpy(copy, &file, sizeof file);
    const char *error = image_read(&image, copy, sizeof file);
    free(copy);
    return error;
}

static void a_good_file_is_read(void **state)
{
    (void)state;
    assert_null(look());
    assert_int_equal(image.segments, 2);
    assert_int_equal(image.low, 0x100000);
    assert_int_equal(image.high, 0x102200);
    assert_int_equal(image.entry, 0x100010);
}

static void a_virtual_entry_becomes_physical(void **state)
{
    (void)state;
    file.entry = 0xF0101004;
    assert_null(look());
    assert_int_equal(image.entry, 0x101004);
    file.entry = 0xF0110000;
    assert_string_equal(look(), "is broken: its entry lies outside its segments");
}

static void what_is_no_elf_file_is_refused(void **state)
{
    (void)state;
    assert_string_equal(image_read(&image, &file, 51), "is not an ELF file");
    file.ident[0] = 0;
    assert_string_equal(look(), "is not an ELF file");
}

static void other_machines_and_kinds_are_refused(void **state)
{
    (void)state;
    file.ident[4] = 2;
    assert_non_null(strstr(look(), "not for this machine"));
    good_file(state);
    file.machine = 62;
    assert_non_null(strstr(look(), "not for this machine"));
    good_file(state);
    file.type = 3;
    assert_string_equal(look(), "is not a static executable");
}

static void headers_outside_the_file_are_refused(void **state)
{
    static const struct {
        uint32_t phoff;
        uint16_t phnum, phentsize;
    } lie[] = {
        {0xFFFFFFF0, 2, 32}, {sizeof file - 32, 2, 32}, {52, 0xFFFF, 32}, {52, 0, 32}, {52, 2, 31},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof lie / sizeof *lie; i++) {
        good_file(state);
        file.phoff = lie[i].phoff;
        file.phnum = lie[i].phnum;
        file.phentsize = lie[i].phentsize;
        assert_string_equal(look(), "is broken: its program headers lie outside the file");
    }
}

static void segments_outside_the_file_are_refused(void **state)
{
    (void)state;
    file.ph[1].offset = sizeof file - 4095;
    assert_string_equal(look(), "is broken: it is shorter than its program headers say");
    file.ph[1].offset = 0xFFFFF000;
    assert_string_equal(look(), "is broken: it is shorter than its program headers say");
    file.ph[1].offset = 0;
    file.ph[1].filesz = file.ph[1].memsz + 1;
    assert_string_equal(look(), "is broken: it is shorter than its program headers say");
}

static void wrapping_and_overlapping_segments_are_refused(void **state)
{
    (void)state;
    file.ph[1].paddr = 0xFFFFF000;
    assert_string_equal(look(), "is broken: a segment wraps around the address space");
    file.ph[1].paddr = 0x100FFF;
    assert_string_equal(look(), "is broken: its segments overlap");
}

static void too_many_segments_are_refused(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 17; i++) {
        file.ph[i] = file.ph[0];
        file.ph[i].paddr = 0x100000 + i * 0x1000;
        file.ph[i].vaddr = file.ph[i].paddr;
    }
    file.phnum = 17;
    assert_string_equal(look(), "has too many segments");
}

static void a_file_without_segments_is_refused(void **state)
{
    (void)state;
    file.ph[0].type = file.ph[1].type = 2;
    assert_string_equal(look(), "has nothing to load");
}

static void the_kip_is_found_on_physical_page_boundaries_only(void **state)
{
    uint32_t room = 0;
    (void)state;
    memcpy(file.data + 512, "L4\346K", 4);
    assert_null(look());
    assert_int_equal(image_find_kip(&image, &file, &room), 0);
    memcpy(file.data + 4096, "L4\346K", 4);
    assert_null(look());
    assert_int_equal(image_find_kip(&image, &file, &room), offsetof(__typeof__(file), data) + 4096);
    assert_int_equal(room, 4096);
}

static void a_segment_off_page_boundaries_is_scanned_at_them(void **state)
{
    uint32_t room = 0;
    (void)state;
    file.phnum = 1;
    file.ph[0].paddr = 0x100E00;
    file.entry = 0x100E00;
    file.ph[0].memsz = 2 * 4096;
    file.ph[0].filesz = 2 * 4096;
    memcpy(file.data + 512, "L4\346K", 4);
    assert_null(look());
    assert_int_equal(image_find_kip(&image, &file, &room), offsetof(__typeof__(file), data) + 512);
    assert_int_equal(room, 2 * 4096 - 512);
}

static void a_kip_that_does_not_fit_is_none(void **state)
{
    uint32_t room;
    (void)state;
    file.ph[1].filesz = 200;
    memcpy(file.data + 4096, "L4\346K", 4);
    assert_null(look());
    assert_int_equal(image_find_kip(&image, &file, &room), 0);
}

static void random_headers_never_lead_outside_the_file(void **state)
{
    (void)state;
    srand(42);
    for (int round = 0; round < 20000; round++) {
        good_file(state);
        for (int i = rand() % 6; i >= 0; i--)
            ((uint8_t *)&file)[rand() % (52 + 64)] = (uint8_t)rand();
        uint32_t room;
        uint8_t *copy = malloc(sizeof file);
        memcpy(copy, &file, sizeof file);
        if (!image_read(&image, copy, sizeof file))
            image_find_kip(&image, copy, &room);
        free(copy);
    }
}

static void pieces_are_what_lies_close_and_far_memory_is_nobodys(void **state)
{
    struct range piece;
    size_t s = 0;
    (void)state;
    file.phnum = 3;
    file.ph[2] = file.ph[1];
    file.ph[2].paddr = 0x2000000;
    assert_null(look());
    assert_true(image_piece(&image, &s, &piece));
    assert_int_equal(piece.low, 0x100000);
    assert_int_equal(piece.high, 0x101000 + file.ph[1].memsz);
    assert_true(image_piece(&image, &s, &piece));
    assert_int_equal(piece.low, 0x2000000);
    assert_int_equal(piece.high, 0x2000000 + file.ph[2].memsz);
    assert_false(image_piece(&image, &s, &piece));
    assert_true(image_has(&image, 0x2000000, 0x2000001));
    assert_false(image_has(&image, 0x1000000, 0x2000000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(pieces_are_what_lies_close_and_far_memory_is_nobodys, good_file),
        cmocka_unit_test_setup(a_good_file_is_read, good_file),
        cmocka_unit_test_setup(a_virtual_entry_becomes_physical, good_file),
        cmocka_unit_test_setup(what_is_no_elf_file_is_refused, good_file),
        cmocka_unit_test_setup(other_machines_and_kinds_are_refused, good_file),
        cmocka_unit_test_setup(headers_outside_the_file_are_refused, good_file),
        cmocka_unit_test_setup(segments_outside_the_file_are_refused, good_file),
        cmocka_unit_test_setup(wrapping_and_overlapping_segments_are_refused, good_file),
        cmocka_unit_test_setup(too_many_segments_are_refused, good_file),
        cmocka_unit_test_setup(a_file_without_segments_is_refused, good_file),
        cmocka_unit_test_setup(the_kip_is_found_on_physical_page_boundaries_only, good_file),
        cmocka_unit_test_setup(a_segment_off_page_boundaries_is_scanned_at_them, good_file),
        cmocka_unit_test_setup(a_kip_that_does_not_fit_is_none, good_file),
        cmocka_unit_test_setup(random_headers_never_lead_outside_the_file, good_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
