/* SPDX-License-Identifier: MIT */
/* Streams of files, and the environment. */
#include "tests/guest/deva/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <libc.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/guest/posix/streams.h"

static FILE *opened(const char *path, const char *mode)
{
    FILE *f = fopen(path, mode);
    EXPECT_EQ(f != NULL, true);
    return f ? f : stdin;
}

static void expect_text(const char *path, const char *wanted)
{
    char text[64] = "";
    FILE *f = opened(path, "r");
    EXPECT_EQ(fread(text, 1, sizeof text - 1, f), strlen(wanted));
    EXPECT_EQ(strcmp(text, wanted), 0);
    EXPECT_EQ(fclose(f), 0);
}

void a_stream_writes_what_another_reads(void)
{
    char line[32];
    FILE *f = opened("/s", "w");
    EXPECT_EQ(fprintf(f, "line %d\n", 1), 7);
    EXPECT_EQ(fputs("line two\n", f), 0);
    EXPECT_EQ(fputc('x', f), 'x');
    EXPECT_EQ(fclose(f), 0);
    f = opened("/s", "r");
    EXPECT_EQ(strcmp(fgets(line, sizeof line, f), "line 1\n"), 0);
    EXPECT_EQ(strcmp(fgets(line, 5, f), "line"), 0);
    EXPECT_EQ(ungetc('!', f), '!');
    EXPECT_EQ(getc(f), '!');
    EXPECT_EQ(strcmp(fgets(line, sizeof line, f), " two\n"), 0);
    EXPECT_EQ(getc(f), 'x');
    EXPECT_EQ(getc(f), EOF);
    EXPECT_EQ(feof(f), true);
    EXPECT_EQ(ferror(f), false);
    EXPECT_EQ(fclose(f), 0);
    remove("/s");
}

void a_stream_of_many_blocks_is_whole(void)
{
    FILE *f = opened("/s", "w+");
    for (unsigned i = 0; i < 20000; i++)
        EXPECT_EQ(fwrite(&i, sizeof i, 1, f), 1);
    rewind(f);
    unsigned bad = 0, value;
    for (unsigned i = 0; i < 20000; i++)
        bad += fread(&value, sizeof value, 1, f) != 1 || value != i;
    EXPECT_EQ(bad, 0);
    EXPECT_EQ(fread(&value, sizeof value, 1, f), 0);
    EXPECT_EQ(fseek(f, 4 * 777, SEEK_SET), 0);
    EXPECT_EQ(fread(&value, sizeof value, 1, f), 1);
    EXPECT_EQ(value, 777);
    EXPECT_EQ(fclose(f), 0);
    remove("/s");
}

void an_update_stream_turns_from_reading_to_writing(void)
{
    fpos_t place;
    FILE *f = opened("/s", "w+");
    fputs("0123456789", f);
    EXPECT_EQ(ftell(f), 10);
    EXPECT_EQ(fseek(f, 2, SEEK_SET), 0);
    EXPECT_EQ(getc(f), '2');
    EXPECT_EQ(ftell(f), 3);
    EXPECT_EQ(fgetpos(f, &place), 0);
    EXPECT_EQ(fseek(f, 0, SEEK_CUR), 0);
    fputs("ab", f);
    EXPECT_EQ(fseek(f, -2, SEEK_END), 0);
    EXPECT_EQ(getc(f), '8');
    EXPECT_EQ(fsetpos(f, &place), 0);
    EXPECT_EQ(getc(f), 'a');
    EXPECT_EQ(fseek(f, -100, SEEK_CUR), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(fclose(f), 0);
    expect_text("/s", "012ab56789");
    remove("/s");
}

void appended_text_and_what_exists_already(void)
{
    FILE *f = opened("/s", "a");
    fputs("one", f);
    fclose(f);
    f = opened("/s", "a+");
    fputs("two", f);
    rewind(f);
    EXPECT_EQ(getc(f), 'o');
    fclose(f);
    expect_text("/s", "onetwo");
    errno = 0;
    EXPECT_EQ(fopen("/s", "wx"), NULL);
    EXPECT_EQ(errno, EEXIST);
    EXPECT_EQ(fopen("/none", "r"), NULL);
    EXPECT_EQ(errno, ENOENT);
    EXPECT_EQ(fopen("/s", "q"), NULL);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(fopen("/s", "rq"), NULL);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(fopen("/etc", "w"), NULL);
    EXPECT_EQ(errno, EISDIR);
    remove("/s");
}

void a_stream_is_used_only_as_it_was_opened(void)
{
    FILE *f = opened("/s", "w");
    EXPECT_EQ(getc(f), EOF);
    EXPECT_EQ(errno, EBADF);
    EXPECT_EQ(ferror(f), true);
    clearerr(f);
    EXPECT_EQ(ferror(f), false);
    fclose(f);
    f = opened("/s", "r");
    errno = 0;
    EXPECT_EQ(fputc('x', f), EOF);
    EXPECT_EQ(errno, EBADF);
    fclose(f);
    EXPECT_EQ(ftell(stdin), -1);
    EXPECT_EQ(errno, ESPIPE);
    EXPECT_EQ(fseek(stdin, 0, SEEK_SET), -1);
    EXPECT_EQ(errno, ESPIPE);
    EXPECT_EQ(fdopen(63, "r"), NULL);
    EXPECT_EQ(errno, EBADF);
    int d = open("/s", O_RDONLY);
    EXPECT_EQ(fdopen(d, "w"), NULL);
    EXPECT_EQ(errno, EINVAL);
    f = fdopen(d, "r");
    EXPECT_EQ(fileno(f), d);
    fclose(f);
    EXPECT_EQ(close(d), -1);
    remove("/s");
}

void buffers_are_as_long_as_asked(void)
{
    static char buffer[16];
    struct { const char *path; int mode; size_t at_once; } cases[] = {
        { "/s1", _IONBF, 3 }, { "/s2", _IOLBF, 0 }, { "/s3", _IOFBF, 0 },
    };
    for (int i = 0; i < 3; i++) {
        char text[8];
        FILE *f = opened(cases[i].path, "w");
        EXPECT_EQ(setvbuf(f, buffer, cases[i].mode, sizeof buffer), 0);
        EXPECT_EQ(setvbuf(f, NULL, 7, 0), -1);
        fputs("abc", f);
        int d = open(cases[i].path, O_RDONLY);
        EXPECT_EQ(read(d, text, 8), cases[i].at_once);
        fputs("\n", f);
        EXPECT_EQ(read(d, text, 8), cases[i].mode == _IOFBF ? 0 : 4 - cases[i].at_once);
        close(d);
        fclose(f);
        remove(cases[i].path);
    }
}

/* Descriptor 1 goes to a file and comes back. */
void the_standard_output_is_a_descriptor(void)
{
    fflush(stdout);
    int console = dup(1), f = open("/s", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    EXPECT_EQ(dup2(f, 1), 1);
    close(f);
    printf("into the %s\n", "file");
    fflush(stdout);
    EXPECT_EQ(dup2(console, 1), 1);
    close(console);
    expect_text("/s", "into the file\n");
    remove("/s");
}

void a_stream_is_opened_anew(void)
{
    FILE *f = opened("/s1", "w");
    fputs("first", f);
    EXPECT_EQ(freopen("/s2", "w", f), f);
    fputs("second", f);
    EXPECT_EQ(fclose(f), 0);
    expect_text("/s1", "first");
    expect_text("/s2", "second");
    f = opened("/s1", "r");
    EXPECT_EQ(freopen("/none", "r", f), NULL);
    EXPECT_EQ(errno, ENOENT);
    fclose(f);
    f = opened("/s1", "r");
    EXPECT_EQ(freopen(NULL, "r", f), NULL);
    EXPECT_EQ(errno, EBADF);
    fclose(f);
    remove("/s1");
    remove("/s2");
}

void a_full_disk_is_an_error_of_the_stream(void)
{
    static char block[30000];
    FILE *f = opened("/s", "w");
    while (fwrite(block, sizeof block, 1, f) == 1)
        continue;
    EXPECT_EQ(errno, ENOSPC);
    EXPECT_EQ(ferror(f), true);
    fclose(f);
    remove("/s");
}

void variables_are_set_and_removed(void)
{
    static char own[] = "OWN=1";
    EXPECT_EQ(getenv("PECAN_NONE"), NULL);
    EXPECT_EQ(setenv("A", "1", 0), 0);
    EXPECT_EQ(setenv("B", "2", 0), 0);
    EXPECT_EQ(setenv("A", "3", 0), 0);
    EXPECT_EQ(strcmp(getenv("A"), "1"), 0);
    EXPECT_EQ(setenv("A", "3", 1), 0);
    EXPECT_EQ(strcmp(getenv("A"), "3"), 0);
    EXPECT_EQ(putenv(own), 0);
    EXPECT_EQ(getenv("OWN"), own + 4);
    EXPECT_EQ(unsetenv("A"), 0);
    EXPECT_EQ(getenv("A"), NULL);
    EXPECT_EQ(strcmp(getenv("B"), "2"), 0);
    EXPECT_EQ(setenv("", "x", 1), -1);
    EXPECT_EQ(errno, EINVAL);
    EXPECT_EQ(setenv("A=B", "x", 1), -1);
    EXPECT_EQ(unsetenv(""), -1);
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "V%d", i);
        EXPECT_EQ(setenv(name, name, 1), 0);
    }
    EXPECT_EQ(strcmp(getenv("V77"), "V77"), 0);
    EXPECT_EQ(strcmp(getenv("B"), "2"), 0);
}

void the_rest_of_the_library_is_there(void)
{
    char text[32];
    time_t day = 86400 * 365;
    EXPECT_EQ(strtod("1.5e3", NULL) == 1500.0, true);
    EXPECT_EQ(strftime(text, sizeof text, "%F", gmtime(&day)), 10);
    EXPECT_EQ(strcmp(text, "1971-01-01"), 0);
    EXPECT_EQ(strcmp(setlocale(LC_ALL, ""), "C"), 0);
    EXPECT_EQ(setlocale(LC_ALL, "de_DE"), NULL);
    EXPECT_EQ(*localeconv()->decimal_point, '.');
    EXPECT_EQ(system(NULL), 0);                 /* the RAM disk has no /bin/sh */
    EXPECT_EQ(rmdir("/tmp"), 0);
    EXPECT_EQ(tmpfile() == NULL, true);
    EXPECT_EQ(mkdir("/tmp", 0755), 0);
    FILE *f = tmpfile();
    EXPECT_EQ(f != NULL, true);
    EXPECT_EQ(fputs("x", f), 0);
    EXPECT_EQ(fclose(f), 0);
}
