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

/* `number` is the file's, `links` how many names it has. */
static void add_file(const char *name, const char *data, unsigned mode, unsigned number,
                     unsigned links)
{
    size_t size = strlen(data);
    archive_size += (size_t) snprintf(
        archive + archive_size, sizeof archive - archive_size,
        "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", number, mode, 0, 0, links,
        0, size, 0, 0, 0, 0, strlen(name) + 1, 0);
    memcpy(archive + archive_size, name, strlen(name) + 1);
    archive_size += strlen(name) + 1;
    align();
    memcpy(archive + archive_size, data, size);
    archive_size += size;
    align();
}

static void add(const char *name, const char *data, unsigned mode)
{
    add_file(name, data, mode, 1, 1);
}

static void finish(void)
{
    add("TRAILER!!!", "", 0);
    while (archive_size % 512)
        archive[archive_size++] = '\0';
}

static int nothing(void **state)
{
    (void) state;
    archive_size = 0;
    return 0;
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

static void expect_file(const char *name, const char *contents)
{
    struct cpio_entry entry;
    assert_true(cpio_find(archive, archive_size, name, &entry));
    assert_int_equal(entry.size, strlen(contents));
    assert_memory_equal(archive + entry.data, contents, strlen(contents));
}

static void names_may_begin_with_dots_and_slashes(void **state)
{
    (void) state;
    add(".", "", 0040755);
    add("./hello", "HELLO", 0100755);
    add("/.//bin/spin", "spin", 0100755);
    finish();
    expect_file("hello", "HELLO");
    expect_file("./hello", "HELLO");
    expect_file("bin/spin", "spin");
}

static void archives_behind_one_another_are_read_as_one(void **state)
{
    (void) state;
    add("hello", "HELLO", 0100755);
    finish();
    add("spin", "spin", 0100755);
    finish();
    expect_file("hello", "HELLO");
    expect_file("spin", "spin");
    assert_int_equal(walk(archive_size), CPIO_END);
    assert_null(cpio_problem(archive, archive_size));
}

static void a_file_with_several_names_is_found_by_each(void **state)
{
    (void) state;
    add_file("empty", "", 0100755, 6, 1);
    add_file("first", "", 0100755, 7, 3);
    add_file("other", "OTHER", 0100755, 8, 1);
    add_file("second", "CONTENTS", 0100755, 7, 3);
    add_file("third", "", 0100755, 7, 3);
    finish();
    expect_file("first", "CONTENTS");
    expect_file("second", "CONTENTS");
    expect_file("third", "CONTENTS");
    expect_file("empty", "");
}

static void a_symbolic_link_stands_for_what_it_names(void **state)
{
    (void) state;
    struct cpio_entry entry;
    add("bin/hello", "HELLO", 0100755);
    add("h", "bin/hello", 0120777);
    add("bin/h2", "hello", 0120777);
    add("bin/h3", "../bin/./h2", 0120777);
    add("h4", "/bin/h3", 0120777);
    add("lost", "nowhere", 0120777);
    add("self", "self", 0120777);
    add("up", "../../../../h", 0120777);
    finish();
    for (const char *const *name = (const char *const[]) { "h", "bin/h2", "bin/h3", "h4", "up", 0 };
         *name; name++)
        expect_file(*name, "HELLO");
    assert_false(cpio_find(archive, archive_size, "lost", &entry));
    assert_false(cpio_find(archive, archive_size, "self", &entry));
}

/* Its text may be longer than any path that there is room for; it leads nowhere. */
static void a_symbolic_link_of_any_length_is_survived(void **state)
{
    char text[600];
    struct cpio_entry entry;
    (void) state;
    for (size_t length = 240; length < sizeof text; length += 7) {
        archive_size = 0;
        memset(text, 'x', length);
        text[length] = '\0';
        add("bin/link", text, 0120777);
        finish();
        assert_false(cpio_find(archive, archive_size, "bin/link", &entry));
        for (size_t i = 5; i < length; i += 6)
            text[i] = '/';
        archive_size = 0;
        add("bin/link", text, 0120777);
        finish();
        assert_false(cpio_find(archive, archive_size, "bin/link", &entry));
    }
}

static void only_files_are_listed_links_by_their_own_names(void **state)
{
    (void) state;
    struct cpio_entry entry;
    size_t offset = 0;
    add("dir", "", 0040755);
    add("link", "hello", 0120777);
    add("lost", "nowhere", 0120777);
    add("hello", "HELLO", 0100755);
    finish();
    assert_true(cpio_next_file(archive, archive_size, &offset, &entry));
    assert_string_equal(entry.name, "link");
    assert_int_equal(entry.size, 5);
    assert_true(cpio_next_file(archive, archive_size, &offset, &entry));
    assert_string_equal(entry.name, "hello");
    assert_false(cpio_next_file(archive, archive_size, &offset, &entry));
}

static void put(const void *bytes, size_t count)
{
    memcpy(archive + archive_size, bytes, count);
    archive_size += count;
}

static void the_posix_form_is_read(void **state)
{
    (void) state;
    static const char text[] = "070707000001000007100755000000000000000001000000"
                               "00000000000" "000006" "00000000005" "hello\0HELLO"
                               "070707000000000000000000000000000000000001000000"
                               "00000000000" "000013" "00000000000" "TRAILER!!!";
    put(text, sizeof text);
    expect_file("hello", "HELLO");
    assert_int_equal(walk(archive_size), CPIO_END);
    for (size_t size = 0; size < archive_size; size++)
        walk(size);
    archive[70] = '8';              /* no octal digit */
    assert_int_equal(walk(archive_size), CPIO_BROKEN);
}

static void the_old_binary_form_is_read(void **state)
{
    (void) state;
    static const uint8_t head[] = { 0xc7, 0x71, 1, 0, 7, 0, 0xed, 0x81, 0, 0, 0, 0, 1, 0, 0, 0,
                                    0, 0, 0, 0, 6, 0, 0, 0, 5, 0 };
    static const uint8_t tail[] = { 0xc7, 0x71, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
                                    0, 0, 0, 0, 11, 0, 0, 0, 0, 0 };
    put(head, sizeof head);
    put("hello\0HELLO\0", 12);      /* both are padded to two bytes */
    put(tail, sizeof tail);
    put("TRAILER!!!\0", 12);
    expect_file("hello", "HELLO");
    assert_int_equal(walk(archive_size), CPIO_END);
    for (size_t size = 0; size < archive_size; size++)
        walk(size);
}

static void an_archive_that_is_none_is_told_in_a_sentence(void **state)
{
    (void) state;
    assert_null(cpio_problem(archive, archive_size));
    assert_null(cpio_problem(archive, 0));
    assert_non_null(strstr(cpio_problem(archive, 150), "cut short"));
    assert_non_null(strstr(cpio_problem("\x1f\x8b\x08\0", 4), "gunzip"));
    assert_non_null(strstr(cpio_problem("\x28\xb5\x2f\xfd", 4), "unzstd"));
    assert_non_null(strstr(cpio_problem("\x7f" "ELF", 4), "no cpio archive"));
    assert_non_null(strstr(cpio_problem("\x71\xc7", 2), "other order"));
    memset(archive, 0, 512);
    memcpy(archive + 257, "ustar", 5);
    assert_non_null(strstr(cpio_problem(archive, 512), "tar"));
    assert_non_null(strstr(cpio_problem(archive, 260), "no cpio archive"));
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
        struct cpio_entry entry;
        cpio_find(archive, archive_size, "spin", &entry);
        memcpy(archive, good, sizeof good);
    }
}

#define N(f) cmocka_unit_test_setup(f, nothing)
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
        N(names_may_begin_with_dots_and_slashes),
        N(archives_behind_one_another_are_read_as_one),
        N(a_file_with_several_names_is_found_by_each),
        N(a_symbolic_link_stands_for_what_it_names),
        N(a_symbolic_link_of_any_length_is_survived),
        N(only_files_are_listed_links_by_their_own_names),
        N(the_posix_form_is_read),
        N(the_old_binary_form_is_read),
        T(an_archive_that_is_none_is_told_in_a_sentence),
        T(any_single_byte_may_be_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
