/* SPDX-License-Identifier: MIT */
/* links: lib/startup/elf.c lib/startup/page.c */
/* words: 32 */
/* What wortel and `task` do to start a program, without L4: which files count as programs, and the startup fpage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>

#include <cmocka.h>

#include "lib/startup/page.h"

const char startup_blob[] = "code";     /* stands in for blob.asm */
const L4_Word_t startup_blob_size = sizeof startup_blob;

#define LOW 0x30000u

/* A program of two segments: text 0x400000 (file 0..0x1234), data 0x402800 (file 0x1800, 0x100
 * bytes, then zeroes). */
static union {
    unsigned char bytes[0x2000];
    uint32_t words[0x800];
    uint16_t halves[0x1000];
} file;
static struct elf_program program;

enum { PHOFF = 52, PH = PHOFF / 4 };
enum { TYPE, OFFSET, VADDR, PADDR, FILESZ, MEMSZ, FLAGS, ALIGN };
#define SEGMENT(n, field) file.words[PH + (n) * 8 + (field)]

static int make(void **state)
{
    (void) state;
    memset(&file, 0, sizeof file);
    memcpy(file.bytes, "\177ELF\1\1\1", 7);
    file.halves[8] = 2;                             /* ET_EXEC */
    file.halves[9] = 3;                             /* EM_386 */
    file.words[5] = 1;
    file.words[6] = 0x400100;                       /* entry */
    file.words[7] = PHOFF;
    file.halves[21] = 32;
    file.halves[22] = 2;
    uint32_t text[] = { 1, 0, 0x400000, 0, 0x1234, 0x1234, 5, 0x1000 };
    uint32_t data[] = { 1, 0x1800, 0x402800, 0, 0x100, 0x2100, 6, 0x1000 };
    memcpy(&SEGMENT(0, 0), text, sizeof text);
    memcpy(&SEGMENT(1, 0), data, sizeof data);
    return 0;
}

static int read_it(void)
{
    return elf_read(file.bytes, 0x1000, sizeof file, LOW, &program);
}

static void a_static_program_is_accepted(void **state)
{
    (void) state;
    assert_int_equal(read_it(), 0);
    assert_int_equal(program.entry, 0x400100);
    assert_int_equal(program.count, 2);
    assert_int_equal(program.phdr, 0x400000 + PHOFF);
    assert_int_equal(program.phdr_len, 64);
    assert_int_equal(elf_end(&program), 0x404900);
}

/* Each line of the table breaks one thing. */
static void every_lie_in_the_headers_is_noticed(void **state)
{
    static const struct { unsigned word; uint32_t value;
    } lies[] = {
        {0, 0x464C4500},
        {1, 0x00010102},
        {1, 0x00010201},
        {4, 0x00030003},
        {4, 0x003E0002},
        {6, 0x402800},
        {6, 0x401234},
        {7, 0},
        {7, 0xFC0},
        {7, 0xFFFFFFE0},
        {7, 54},
        {11, 0xFFFF0000 | 0},
        {11, 33},
        {PH + TYPE, 3},
        {PH + TYPE, 0},
        {PH + OFFSET, 4},
        {PH + OFFSET, 0x1000},
        {PH + OFFSET, 0xFFFFF000},
        {PH + VADDR, LOW - 0x1000},
        {PH + VADDR, ELF_USER_END},
        {PH + VADDR, 0xFFFFF000},
        {PH + VADDR, 0x402000},
        {PH + FILESZ, 0x1235},
        {PH + FILESZ, 0xFFFFFFFF},
        {PH + MEMSZ, 0xFFFFFFFF},
        {PH + MEMSZ, 0x2801},
        {PH + MEMSZ, 0xC0000000},
        {PH + FLAGS, 4},
        {PH + 8 + FILESZ, 0x801},
        {PH + 8 + OFFSET, 0x1900},
    };
    for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        make(state);
        file.words[lies[i].word] = lies[i].value;
        bool refused = read_it() == ENOEXEC || !program.mappable;
        if (!refused)
            printf("# lie %u passed\n", i);
        assert_true(refused);
    }
}

/* ld -N puts the first byte behind the headers, wherever it goes in memory. */
static void a_program_whose_pages_are_not_the_files_can_be_copied_only(void **state)
{
    (void) state;
    assert_true(read_it() == 0 && program.mappable);
    SEGMENT(0, OFFSET) = 4;
    assert_true(read_it() == 0 && !program.mappable);
    assert_int_equal(program.segment[0].offset, 4);
}

static void a_file_cut_off_in_its_headers_is_refused(void **state)
{
    (void) state;
    for (L4_Word_t have = 0; have < PHOFF + 64; have++)
        assert_int_equal(elf_read(file.bytes, have, sizeof file, LOW, &program), ENOEXEC);
    assert_int_equal(elf_read(file.bytes, PHOFF + 64, sizeof file, LOW, &program), 0);
    assert_int_equal(elf_read(file.bytes, 0x1000, PHOFF + 63, LOW, &program), ENOEXEC);
}

static void segments_that_share_a_page_are_refused(void **state)
{
    (void) state;
    SEGMENT(1, VADDR) = 0x401800;
    assert_int_equal(read_it(), ENOEXEC);
}

static void any_single_byte_may_be_wrong(void **state)
{
    for (unsigned at = 0; at < PHOFF + 64; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            make(state);
            file.bytes[at] ^= 1u << bit;
            if (read_it() != 0)
                continue;
            for (L4_Word_t i = 0; i < program.count; i++) {
                const struct elf_segment *s = &program.segment[i];
                assert_true(s->offset <= sizeof file && s->filesz <= sizeof file - s->offset);
                assert_true(s->vaddr >= LOW && s->memsz <= ELF_USER_END - s->vaddr);
            }
        }
}

/* ---- the startup fpage */

static union {
    char bytes[HURD_STARTUP_SIZE];
    L4_Word_t words[HURD_STARTUP_SIZE / 4];
} page;

static void *at(L4_Word_t address) { return page.bytes + (address - HURD_STARTUP_ADDR); }

static struct hurd_startup_data *write_it(void)
{
    struct hurd_startup_data data = { .image = { 0x1234, 7 }, .physmem_control = { 0x1234, 9 } };
    L4_Word_t sp;
    assert_int_equal(read_it(), 0);
    assert_int_equal(startup_page_write(&page, &data, &program, "demo\0-x", 8, &sp), 0);
    assert_true(sp >= HURD_STARTUP_ADDR + 0x1000 && sp % 4 == 0);
    return at(*(L4_Word_t *) at(sp));
}

static void the_startup_data_is_found_from_the_stack_pointer(void **state)
{
    (void) state;
    struct hurd_startup_data *d = write_it();
    assert_int_equal(d->version_major, HURD_STARTUP_MAJOR);
    assert_int_equal(d->size, sizeof *d);
    assert_int_equal(d->entry_point, 0x400100);
    assert_int_equal(d->argz_len, 8);
    assert_memory_equal(at(d->argz), "demo\0-x", 8);
    assert_int_equal(d->physmem_control.cap, 9);
    assert_memory_equal(page.bytes, "code", 5);
}

static void text_is_mapped_data_is_copied_and_the_rest_is_zero(void **state)
{
    (void) state;
    struct hurd_startup_data *d = write_it();
    struct hurd_startup_map *m = at(d->mapv);
    assert_int_equal(d->mapc, 3);
    assert_int_equal(m[0].container.cap, 7);
    assert_int_equal(m[0].offset, 0 | 5);
    assert_int_equal(m[0].vaddr, 0x400000);
    assert_int_equal(m[0].size, 0x2000);
    assert_int_equal(m[1].offset, 0x1000 | HURD_STARTUP_MAP_COPY | 6);
    assert_int_equal(m[1].vaddr, 0x402000);
    assert_int_equal(m[1].size, 0x1000);
    assert_int_equal(m[2].offset, HURD_STARTUP_MAP_ANON | 6);
    assert_int_equal(m[2].vaddr, 0x402900);         /* W5: the tail of the last file page, too */
    assert_int_equal(m[2].size, 0x2000);
}

/* Only if somebody brings the pages, and never what the program may write to. */
static void text_that_comes_later_is_marked(void **state)
{
    (void) state;
    struct hurd_startup_data data = { .image = { 0x1234, 7 }, .image_pages = { 0x5678, 3 } };
    const L4_Word_t rights = 5;
    L4_Word_t sp;
    SEGMENT(0, FLAGS) |= ELF_LATER;
    SEGMENT(1, FLAGS) |= ELF_LATER;
    struct hurd_startup_map *m = at(write_it()->mapv);
    assert_true(program.segment[0].later && !program.segment[1].later);
    assert_int_equal(program.segment[0].rights, rights);
    assert_int_equal(m[0].offset, rights);
    assert_int_equal(startup_page_write(&page, &data, &program, "x", 2, &sp), 0);
    struct hurd_startup_data *d = at(*(L4_Word_t *) at(sp));
    m = at(d->mapv);
    assert_int_equal(m[0].offset, rights | HURD_STARTUP_MAP_LATER);
    assert_int_equal(m[1].offset, 0x1000 | HURD_STARTUP_MAP_COPY | 6);
    assert_int_equal(d->image_pages.server, 0x5678);
    assert_int_equal(d->image_pages.cap, 3);
}

/* But those behind the file's last bytes, which the startup code clears. */
static void zeroes_may_come_when_they_are_touched(void **state)
{
    (void) state;
    SEGMENT(0, FLAGS) |= ELF_WIRED;
    SEGMENT(1, FLAGS) |= ELF_LATER;
    struct hurd_startup_map *m = at(write_it()->mapv);
    assert_true(program.segment[1].untouched && !program.segment[0].wired);
    assert_int_equal(m[1].offset, 0x1000 | HURD_STARTUP_MAP_COPY | 6);
    assert_int_equal(m[2].offset, HURD_STARTUP_MAP_ANON | HURD_STARTUP_MAP_LATER | 6);
}

static void what_is_wired_is_marked_in_the_file_and_behind_it(void **state)
{
    (void) state;
    SEGMENT(1, FLAGS) |= ELF_WIRED;
    struct hurd_startup_map *m = at(write_it()->mapv);
    assert_true(program.segment[1].wired && !program.segment[1].untouched);
    assert_int_equal(m[1].offset, 0x1000 | HURD_STARTUP_MAP_COPY | HURD_STARTUP_MAP_WIRED | 6);
    assert_int_equal(m[2].offset, HURD_STARTUP_MAP_ANON | HURD_STARTUP_MAP_WIRED | 6);
}

static void a_program_of_zeroes_only_gets_whole_pages(void **state)
{
    (void) state;
    SEGMENT(1, FILESZ) = 0;
    struct hurd_startup_data *d = write_it();
    struct hurd_startup_map *m = at(d->mapv);
    assert_int_equal(d->mapc, 2);
    assert_int_equal(m[1].vaddr, 0x402000);
    assert_int_equal(m[1].size, 0x2900);
}

static void a_command_line_that_does_not_fit_is_refused(void **state)
{
    (void) state;
    static char long_line[0x3000];
    struct hurd_startup_data data = { .flags = 0 };
    L4_Word_t sp;
    assert_int_equal(read_it(), 0);
    assert_int_equal(startup_page_write(&page, &data, &program, long_line, sizeof long_line, &sp),
                     E2BIG);
    data.envz_len = 0x2000 - 8;
    assert_int_equal(startup_page_write(&page, &data, &program, long_line, 9, &sp), E2BIG);
    data.envz_len = ~0u;
    assert_int_equal(startup_page_write(&page, &data, &program, long_line, 9, &sp), E2BIG);
}

static void the_environment_stands_behind_the_arguments(void **state)
{
    (void) state;
    struct hurd_startup_data data = { .envz_len = 4 };
    L4_Word_t sp;
    assert_int_equal(read_it(), 0);
    assert_int_equal(startup_page_write(&page, &data, &program, "demo\0-x\0A=1", 8, &sp), 0);
    struct hurd_startup_data *d = at(*(L4_Word_t *) at(sp));
    assert_int_equal(d->argz_len, 8);
    assert_memory_equal(at(d->envz), "A=1", 4);
    assert_int_equal(d->envz_len, 4);
}

#define T(name) cmocka_unit_test_setup(name, make)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_static_program_is_accepted),
        T(the_environment_stands_behind_the_arguments),
        T(every_lie_in_the_headers_is_noticed),
        T(a_program_whose_pages_are_not_the_files_can_be_copied_only),
        T(a_file_cut_off_in_its_headers_is_refused),
        T(segments_that_share_a_page_are_refused),
        T(any_single_byte_may_be_wrong),
        T(the_startup_data_is_found_from_the_stack_pointer),
        T(text_is_mapped_data_is_copied_and_the_rest_is_zero),
        T(text_that_comes_later_is_marked),
        T(zeroes_may_come_when_they_are_touched),
        T(what_is_wired_is_marked_in_the_file_and_behind_it),
        T(a_program_of_zeroes_only_gets_whole_pages),
        T(a_command_line_that_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
