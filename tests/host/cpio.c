/* SPDX-License-Identifier: MIT */
/* links: servers/init/cpio.c */
/* The reader of the program archive, above all with archives that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "servers/init/cpio.h"

static char archive[4096];
static size_t archive_size;

static void align(void)
{
    while (archive_size % 4)
        archive[archive_size++] = '\0';
}

static void add(const char *name, const char *data, unsigned mode)
{
    size_t size = strlen(data);
    archive_size += (size_t) snprintf(
        archive + archive_size, sizeof archive - archive_size,
        "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", 1, mode, 0, 0, 1, 0, size,
        0, 0, 0, 0, strlen(name) + 1, 0);
    memcpy(archive + archive_size, name, strlen(name) + 1);
    archive_size += strlen(name) + 1;
    align();
    memcpy(archive + archive_size, data, size);
    archive_size += size;
    align();
}

static int two_files(void **state)
{
    (void) state;
    archive_size = 0;
    add("hello", "HELLO", 0100755);
    add("dir", "", 0040755);
    add("spin", "spinning", 0100755);
    add("TRAILER!!!", "", 0);
    return 0;
}

/* A copy that ends exactly where malloc's block ends: the sanitizer sees each byte read behind it.
 * */
static enum cpio_result walk(size_t size)
{
    char *copy = malloc(size ? size : 1);
    memcpy(copy, archive, size);
    struct cpio_entry entry;
    size_t offset = 0;
    enum cpio_result result;
    while ((result = cpio_next(copy, size, &offset, &entry)) == CPIO_ENTRY)
        assert_true(entry.data + entry.size <= size);
    free(copy);
    return result;
}

static void an_archive_lists_its_files_in_order(void **state)
{
    (void) state;
    struct cpio_entry entry;
    size_t offset = 0;
    assert_int_equal(cpio_next(archive, archive_size, &offset, &entry), CPIO_ENTRY);
    assert_string_equal(entry.name, "hello");
    assert_int_equal(entry.name_length, 5);
    assert_int_equal(entry.size, 5);
    assert_memory_equal(archive + entry.data, "HELLO", 5);
    assert_int_equal(cpio_next(archive, archive_size, &offset, &entry), CPIO_ENTRY);
    assert_string_equal(entry.name, "dir");
    assert_int_equal(cpio_next(archive, archive_size, &offset, &entry), CPIO_ENTRY);
    assert_string_equal(entry.name, "spin");
    assert_int_equal(cpio_next(archive, archive_size, &offset, &entry), CPIO_END);
}

static void a_file_is_found_by_its_whole_name(void **state)
{
    (void) state;
    struct cpio_entry entry;
    assert_true(cpio_find(archive, archive_size, "spin", &entry));
    assert_memory_equal(archive + entry.data, "spinning", 8);
    assert_false(cpio_find(archive, archive_size, "spi", &entry));
    assert_false(cpio_find(archive, archive_size, "spinning", &entry));
    assert_false(cpio_find(archive, archive_size, "", &entry));
}

static void a_directory_is_not_a_program(void **state)
{
    (void) state;
    struct cpio_entry entry;
    assert_false(cpio_find(archive, archive_size, "dir", &entry));
}

static void the_trailer_is_not_a_program(void **state)
{
    (void) state;
    struct cpio_entry entry;
    assert_false(cpio_find(archive, archive_size, "TRAILER!!!", &entry));
}

static void an_empty_archive_has_no_entries(void **state)
{
    (void) state;
    assert_int_equal(walk(0), CPIO_END);
}

static void an_archive_cut_off_anywhere_is_never_read_behind_its_end(void **state)
{
    (void) state;
    for (size_t size = 0; size < archive_size; size++)
        walk(size);
}

static void a_wrong_magic_is_broken(void **state)
{
    (void) state;
    archive[5] = '7';
    assert_int_equal(walk(archive_size), CPIO_BROKEN);
}

static void a_digit_that_is_none_is_broken(void **state)
{
    (void) state;
    archive[57] = 'g';
    assert_int_equal(walk(archive_size), CPIO_BROKEN);
}

static void contents_longer_than_the_archive_are_broken(void **state)
{
    (void) state;
    memcpy(archive + 54, "ffffffff", 8);
    assert_int_equal(walk(archive_size), CPIO_BROKEN);
    memcpy(archive + 54, "00001000", 8);
    assert_int_equal(walk(archive_size), CPIO_BROKEN);
}

static void a_name_longer_than_the_archive_is_broken(void **state)
{
    (void) state;
    memcpy(archive + 94, "ffffffff", 8);
    assert_int_equal(walk(archive_size), CPIO_BROKEN);
}

static void a_name_without_its_zero_is_broken(void **state)
{
    (void) state;
    memcpy(archive + 94, "00000005", 8);
    assert_int_equal(walk(archive_size), CPIO_BROKEN);
}

static void a_name_of_no_bytes_is_broken(void **state)
{
    (void) state;
    memcpy(archive + 94, "00000000", 8);
    assert_int_equal(walk(archive_size), CPIO_BROKEN);
}

static void any_single_byte_may_be_wrong(void **state)
{
    (void) state;
    static char good[sizeof archive];
    memcpy(good, archive, sizeof good);
    for (size_t i = 0; i < archive_size; i++) {
        archive[i] ^= (char) 0x55;
        walk(archive_size);
        archive[i] = '0' + (char) (i % 10);
        walk(archive_size);
        memcpy(archive, good, sizeof good);
    }
}

#define T(f) cmocka_unit_test_setup(f, two_files)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_archive_lists_its_files_in_order),
        T(a_file_is_found_by_its_whole_name),
        T(a_directory_is_not_a_program),
        T(the_trailer_is_not_a_program),
        T(an_empty_archive_has_no_entries),
        T(an_archive_cut_off_anywhere_is_never_read_behind_its_end),
        T(a_wrong_magic_is_broken),
        T(a_digit_that_is_none_is_broken),
        T(contents_longer_than_the_archive_are_broken),
        T(a_name_longer_than_the_archive_is_broken),
        T(a_name_without_its_zero_is_broken),
        T(a_name_of_no_bytes_is_broken),
        T(any_single_byte_may_be_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
