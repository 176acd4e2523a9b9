/* SPDX-License-Identifier: MIT */
/* links: lib/libc-mini/mutex.c lib/libc-mini/hooks.c lib/libc-mini/printf.c lib/libc-mini/printf_float.c */
/* flags: -idirafter lib/libc-mini/include */
/* The standard streams: what reaches the hooks, and when; and what comes from them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Our stream type and functions, beside those that the test program itself uses. */
#undef stdin
#undef stdout
#undef stderr
#undef BUFSIZ
#undef FOPEN_MAX
#undef FILENAME_MAX
#undef L_tmpnam
#undef TMP_MAX
#define FILE mini_FILE
#define fpos_t mini_fpos_t
#define stdin mini_stdin
#define stdout mini_stdout
#define stderr mini_stderr
#define printf mini_printf
#define vprintf mini_vprintf
#define fprintf mini_fprintf
#define vfprintf mini_vfprintf
#define sprintf mini_sprintf
#define vsprintf mini_vsprintf
#define snprintf mini_snprintf
#define vsnprintf mini_vsnprintf
#define fputc mini_fputc
#define putc mini_putc
#define putchar mini_putchar
#define fputs mini_fputs
#define puts mini_puts
#define fwrite mini_fwrite
#define fflush mini_fflush
#define fgetc mini_fgetc
#define getc mini_getc
#define getchar mini_getchar
#define ungetc mini_ungetc
#define fgets mini_fgets
#define fread mini_fread
#define feof mini_feof
#define ferror mini_ferror
#define clearerr mini_clearerr
#define perror mini_perror
#define setvbuf mini_setvbuf
#define setbuf mini_setbuf
#define fopen mini_fopen
#define fdopen mini_fdopen
#define freopen mini_freopen
#define fclose mini_fclose
#define fileno mini_fileno
#define fseek mini_fseek
#define fseeko mini_fseeko
#define ftell mini_ftell
#define ftello mini_ftello
#define rewind mini_rewind
#define fgetpos mini_fgetpos
#define fsetpos mini_fsetpos
#define tmpfile mini_tmpfile
#define tmpnam mini_tmpnam
#include "lib/libc-mini/include/stdio.h"
#define _STDIO_H 1                      /* the build machine's is not wanted any more */
#include "lib/libc-mini/stdio.c"

/* ---- the hooks ---- */

static char written[1024];
static size_t written_count;
static unsigned writes, streams;
static size_t accept;                   /* bytes that one write takes */
static bool broken;
static const char *input_text;

long __libc_write(int stream, const void *data, size_t size)
{
    if (broken) {
        errno = EIO;
        return -1;
    }
    if (size > accept)
        size = accept;
    memcpy(written + written_count, data, size);
    written_count += size;
    written[written_count] = 0;
    streams |= 1u << stream;
    writes++;
    return (long)size;
}

long __libc_read(int stream, void *data, size_t size)
{
    size_t n = strcspn(input_text, "\n");
    n += input_text[n] == '\n';
    (void)stream;
    if (broken)
        return -1;
    if (n > size)
        n = size;
    memcpy(data, input_text, n);
    input_text += n;
    return (long)n;
}

static int reset(void **state)
{
    (void)state;
    written_count = writes = streams = 0;
    written[0] = 0;
    accept = SIZE_MAX;
    broken = false;
    input_text = "";
    mini_clearerr(mini_stdin);
    mini_clearerr(mini_stdout);
    return 0;
}

/* ---- output ---- */

static void standard_output_waits_for_the_end_of_the_line(void **state)
{
    (void)state;
    mini_printf("one %d", 2);
    assert_int_equal(writes, 0);
    mini_putchar('\n');
    assert_string_equal(written, "one 2\n");
    assert_int_equal(writes, 1);
    assert_int_equal(streams, 2);
    mini_fputs("rest", mini_stdout);
    assert_int_equal(writes, 1);
    assert_int_equal(mini_fflush(NULL), 0);
    assert_string_equal(written, "one 2\nrest");
    assert_int_equal(mini_puts("line"), 0);
    assert_string_equal(written, "one 2\nrestline\n");
}

static void long_lines_go_out_in_buffers(void **state)
{
    char line[700];
    (void)state;
    memset(line, 'x', sizeof line);
    assert_int_equal(mini_fwrite(line, 1, sizeof line, mini_stdout), sizeof line);
    assert_int_equal(written_count, 2 * BUFSIZ);
    mini_fflush(mini_stdout);
    assert_int_equal(written_count, sizeof line);
}

static void standard_error_is_not_held_back(void **state)
{
    (void)state;
    mini_fprintf(mini_stderr, "%s %d", "now", 1);
    assert_string_equal(written, "now 1");
    assert_int_equal(writes, 1);
    assert_int_equal(streams, 4);
    errno = ENOENT;
    mini_perror("file");
    assert_string_equal(written, "now 1file: No such file or directory\n");
}

static void short_writes_are_continued(void **state)
{
    (void)state;
    accept = 3;
    mini_puts("ten bytes");
    assert_string_equal(written, "ten bytes\n");
    assert_int_equal(writes, 4);
}

static void failed_writes_set_the_error_flag(void **state)
{
    (void)state;
    broken = true;
    assert_int_equal(mini_puts("lost"), EOF);
    assert_true(mini_ferror(mini_stdout));
    mini_clearerr(mini_stdout);
    assert_false(mini_ferror(mini_stdout));
    assert_int_equal(mini_printf("lost as well\n"), -1);
    broken = false;
    assert_int_equal(mini_puts("found"), 0);
    assert_string_equal(written, "found\n");
}

static void elements_are_counted_whole(void **state)
{
    (void)state;
    assert_int_equal(mini_fwrite("abcdef", 2, 3, mini_stderr), 3);
    assert_int_equal(mini_fwrite("abcdef", 0, 3, mini_stderr), 0);
    assert_int_equal(mini_fwrite("abcdef", 2, 0, mini_stderr), 0);
    assert_string_equal(written, "abcdef");
    assert_int_equal(mini_fputc(0x141, mini_stderr), 0x41);
}

/* ---- input ---- */

static void lines_are_read_with_their_ends(void **state)
{
    char line[8];
    (void)state;
    input_text = "one\nlonger than that\nlast";
    assert_ptr_equal(mini_fgets(line, sizeof line, mini_stdin), line);
    assert_string_equal(line, "one\n");
    assert_non_null(mini_fgets(line, sizeof line, mini_stdin));
    assert_string_equal(line, "longer ");
    assert_non_null(mini_fgets(line, sizeof line, mini_stdin));
    assert_string_equal(line, "than th");
    assert_non_null(mini_fgets(line, sizeof line, mini_stdin));
    assert_string_equal(line, "at\n");
    assert_non_null(mini_fgets(line, sizeof line, mini_stdin));
    assert_string_equal(line, "last");
    assert_null(mini_fgets(line, sizeof line, mini_stdin));
    assert_true(mini_feof(mini_stdin));
    assert_string_equal(line, "last");
    assert_null(mini_fgets(line, 0, mini_stdin));
}

static void a_character_can_be_pushed_back(void **state)
{
    (void)state;
    input_text = "ab";
    assert_int_equal(mini_getchar(), 'a');
    assert_int_equal(mini_ungetc('x', mini_stdin), 'x');
    assert_int_equal(mini_ungetc('y', mini_stdin), EOF);
    assert_int_equal(mini_getc(mini_stdin), 'x');
    assert_int_equal(mini_fgetc(mini_stdin), 'b');
    assert_int_equal(mini_fgetc(mini_stdin), EOF);
    assert_true(mini_feof(mini_stdin));
    assert_int_equal(mini_ungetc('z', mini_stdin), 'z');
    assert_false(mini_feof(mini_stdin));
    assert_int_equal(mini_fgetc(mini_stdin), 'z');
    assert_int_equal(mini_ungetc(EOF, mini_stdin), EOF);
}

static void a_prompt_is_seen_before_the_answer_is_read(void **state)
{
    (void)state;
    input_text = "yes\n";
    mini_printf("really? ");
    assert_int_equal(writes, 0);
    mini_getchar();
    assert_string_equal(written, "really? ");
    while (mini_getchar() != EOF)
        ;
}

static void failed_reads_are_errors_not_ends(void **state)
{
    char line[8];
    (void)state;
    broken = true;
    assert_int_equal(mini_getchar(), EOF);
    assert_true(mini_ferror(mini_stdin));
    assert_false(mini_feof(mini_stdin));
    assert_null(mini_fgets(line, sizeof line, mini_stdin));
}

static void blocks_are_read_whole(void **state)
{
    char block[16] = {0};
    (void)state;
    input_text = "123456\n7";
    assert_int_equal(mini_fread(block, 3, 4, mini_stdin), 2);
    assert_memory_equal(block, "123456\n7", 8);
    assert_int_equal(mini_fread(block, 0, 4, mini_stdin), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(standard_output_waits_for_the_end_of_the_line, reset),
        cmocka_unit_test_setup(long_lines_go_out_in_buffers, reset),
        cmocka_unit_test_setup(standard_error_is_not_held_back, reset),
        cmocka_unit_test_setup(short_writes_are_continued, reset),
        cmocka_unit_test_setup(failed_writes_set_the_error_flag, reset),
        cmocka_unit_test_setup(elements_are_counted_whole, reset),
        cmocka_unit_test_setup(lines_are_read_with_their_ends, reset),
        cmocka_unit_test_setup(a_character_can_be_pushed_back, reset),
        cmocka_unit_test_setup(a_prompt_is_seen_before_the_answer_is_read, reset),
        cmocka_unit_test_setup(failed_reads_are_errors_not_ends, reset),
        cmocka_unit_test_setup(blocks_are_read_whole, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
