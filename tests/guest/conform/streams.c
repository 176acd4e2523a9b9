/* SPDX-License-Identifier: MIT */
/* <stdio.h> with files. */
#include "tests/guest/conform/conform.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

static FILE *file_with(const char *text)
{
    FILE *f = fopen("/tmp/s", "w+");
    EXPECT_EQ(fputs(text, f) >= 0, true);
    rewind(f);
    return f;
}

static void end(FILE *f)
{
    EXPECT_EQ(fclose(f), 0);
    unlink("/tmp/s");
}

void what_was_printed_is_scanned_again(void)
{
    int i = 0, n = 0;
    unsigned x = 0;
    long long l = 0;
    double d = 0;
    char word[16] = "", set[16] = "", c[3] = "";
    FILE *f = fopen("/tmp/s", "w+");
    EXPECT_EQ(fprintf(f, "%d %#x %lld %.3f %s [%s] %c%c\n", -42, 0xbeefu, LLONG_MIN, 2.5, "word", "a-b c", 'x', 'y') > 0, true);
    rewind(f);
    EXPECT_EQ(fscanf(f, "%d %x %lld %lf %15s [%15[^]]] %2c%n", &i, &x, &l, &d, word, set, c, &n), 7);
    EXPECT_EQ(i == -42 && x == 0xbeef && l == LLONG_MIN && d == 2.5, true);
    EXPECT_TEXT(word, "word");
    EXPECT_TEXT(set, "a-b c");
    EXPECT_EQ(c[0] == 'x' && c[1] == 'y', true);
    EXPECT_EQ(ftell(f), n);
    EXPECT_EQ(fscanf(f, "%d", &i), EOF);
    EXPECT_EQ(feof(f) != 0, true);
    end(f);
}

void a_scan_takes_no_more_than_it_needs(void)
{
    int i = 0, j = 0;
    double d = 0;
    char s[8] = "";
    FILE *f = file_with("12abc 0x 1e+ -x 77");
    EXPECT_EQ(fscanf(f, "%d", &i), 1);
    EXPECT_EQ(fgetc(f), 'a');
    EXPECT_EQ(fscanf(f, "%7s%i", s, &j), 1);
    EXPECT_TEXT(s, "bc");
    EXPECT_EQ(fgetc(f), ' ');                       /* 0x is no number, and gone */
    EXPECT_EQ(fscanf(f, "%lf", &d), 0);             /* nor is 1e+ */
    EXPECT_EQ(fgetc(f), ' ');
    EXPECT_EQ(fscanf(f, "%d", &i), 0);
    EXPECT_EQ(fgetc(f), 'x');
    EXPECT_EQ(fscanf(f, "%*d%d", &i), EOF);
    end(f);
    void *p = NULL;
    char text[24];
    snprintf(text, sizeof text, "%p", (void *) &i);
    EXPECT_EQ(sscanf(text, "%p", &p), 1);
    EXPECT_EQ(p == &i, true);
    EXPECT_EQ(sscanf("", "%d", &i), EOF);
    EXPECT_EQ(sscanf("x", "%d", &i), 0);
    EXPECT_EQ(sscanf("5%", "%d%%%n", &i, &j), 1);
    EXPECT_EQ(j, 2);
}

void a_scan_brings_memory_for_its_text(void)
{
    char *a = NULL, *b = NULL, *c = NULL, long_word[201];
    EXPECT_EQ(sscanf("one 22x", "%ms %m[0-9]%1mc", &a, &b, &c), 3);
    EXPECT_TEXT(a, "one");
    EXPECT_TEXT(b, "22");
    EXPECT_EQ(c[0], 'x');
    free(a), free(b), free(c);
    memset(long_word, 'w', 200);
    long_word[200] = '\0';
    EXPECT_EQ(sscanf(long_word, "%ms", &a), 1);
    EXPECT_TEXT(a, long_word);
    free(a);
    a = NULL;
    EXPECT_EQ(sscanf("x", "%m[0-9]", &a), 0);
    EXPECT_EQ(sscanf("x", "%2mc", &a), EOF);
    EXPECT_EQ(a == NULL, true);
    EXPECT_EQ(sscanf("skipped 7", "%*ms %ms", &a), 1);
    EXPECT_TEXT(a, "7");
    free(a);
}

void ungetc_and_positions(void)
{
    FILE *f = file_with("abc");
    EXPECT_EQ(ungetc(EOF, f), EOF);
    EXPECT_EQ(fgetc(f), 'a');
    EXPECT_EQ(ungetc('Z', f), 'Z');
    EXPECT_EQ(ftell(f), 0);
    EXPECT_EQ(fgetc(f), 'Z');
    EXPECT_EQ(ungetc('Y', f), 'Y');
    EXPECT_EQ(fseek(f, 0, SEEK_CUR), 0);            /* it forgets the character */
    EXPECT_EQ(fgetc(f), 'a');
    while (fgetc(f) != EOF)
        continue;
    EXPECT_EQ(feof(f) != 0, true);
    EXPECT_EQ(ungetc('q', f), 'q');
    EXPECT_EQ(feof(f), 0);
    EXPECT_EQ(fgetc(f), 'q');
    EXPECT_EQ(fgetc(f), EOF);
    fpos_t here;
    EXPECT_EQ(fseek(f, 1, SEEK_SET), 0);
    EXPECT_EQ(feof(f), 0);
    EXPECT_EQ(fgetpos(f, &here), 0);
    EXPECT_EQ(fgetc(f), 'b');
    EXPECT_EQ(fsetpos(f, &here), 0);
    EXPECT_EQ(fgetc(f), 'b');
    end(f);
}

void positions_beyond_the_end(void)
{
    struct stat s;
    FILE *f = file_with("abc");
    EXPECT_EQ(fseek(f, 10, SEEK_END), 0);
    EXPECT_EQ(ftell(f), 13);
    EXPECT_EQ(fgetc(f), EOF);
    EXPECT_EQ(fseek(f, 10, SEEK_END), 0);
    EXPECT_EQ(fputc('x', f), 'x');
    EXPECT_EQ(fflush(f), 0);
    EXPECT_EQ(stat("/tmp/s", &s), 0);
    EXPECT_EQ(s.st_size, 14);
    EXPECT_FAILS(fseek(f, -100, SEEK_SET), EINVAL);
    EXPECT_FAILS(fseek(f, 0, 9), EINVAL);
    EXPECT_EQ(ftell(f), 14);
    rewind(f);
    EXPECT_EQ(fgetc(f), 'a');
    EXPECT_EQ(fseek(f, 0, SEEK_CUR), 0);
    EXPECT_EQ(fputc('B', f), 'B');
    EXPECT_EQ(fseek(f, 0, SEEK_CUR), 0);
    EXPECT_EQ(fgetc(f), 'c');
    end(f);
    f = fopen("/tmp/s", "w");
    fputs("12", f);
    fclose(f);
    f = fopen("/tmp/s", "a+");
    EXPECT_EQ(fgetc(f), '1');                       /* reading begins at the start */
    EXPECT_EQ(fseek(f, 0, SEEK_SET), 0);
    EXPECT_EQ(fputs("34", f) >= 0, true);           /* writing is at the end, always */
    EXPECT_EQ(ftell(f), 4);
    rewind(f);
    char text[8] = "";
    EXPECT_EQ(fread(text, 1, 7, f), 4);
    EXPECT_TEXT(text, "1234");
    end(f);
}

void buffers_of_streams(void)
{
    static char room[64];
    char text[8] = "";
    int g;
    FILE *f = fopen("/tmp/s", "w");
    EXPECT_EQ(setvbuf(f, room, _IOFBF, sizeof room), 0);
    g = open("/tmp/s", O_RDONLY);
    fputs("abc", f);
    EXPECT_EQ(pread(g, text, 7, 0), 0);
    EXPECT_EQ(fflush(f), 0);
    EXPECT_EQ(pread(g, text, 7, 0), 3);
    end(f);
    close(g);
    f = fopen("/tmp/s", "w");
    g = open("/tmp/s", O_RDONLY);
    EXPECT_EQ(setvbuf(f, NULL, _IOLBF, 0), 0);
    fputs("a\nb", f);
    EXPECT_EQ(pread(g, text, 7, 0), 2);
    end(f);
    close(g);
    f = fopen("/tmp/s", "w");
    g = open("/tmp/s", O_RDONLY);
    setbuf(f, NULL);
    fputc('a', f);
    EXPECT_EQ(pread(g, text, 7, 0), 1);
    EXPECT_EQ(setvbuf(f, NULL, 99, 0) != 0, true);
    end(f);
    close(g);
    f = tmpfile();
    EXPECT_EQ(f != NULL, true);
    EXPECT_EQ(fputs("x", f) >= 0, true);
    rewind(f);
    EXPECT_EQ(fgetc(f), 'x');
    EXPECT_EQ(fclose(f), 0);
}

void freopen_takes_another_file(void)
{
    char text[8] = "";
    FILE *f = fopen("/tmp/s", "w"), *g;
    int number = fileno(f);
    fputs("one", f);
    g = freopen("/tmp/t", "w+", f);
    EXPECT_EQ(g == f, true);
    EXPECT_EQ(fileno(g), number);
    fputs("two", g);
    rewind(g);
    EXPECT_EQ(fread(text, 1, 7, g), 3);
    EXPECT_TEXT(text, "two");
    EXPECT_EQ(fclose(g), 0);
    f = fopen("/tmp/s", "r");
    EXPECT_EQ(fread(text, 1, 7, f), 3);
    EXPECT_EQ(memcmp(text, "one", 3), 0);
    EXPECT_EQ(freopen("/none/x", "r", f) == NULL, true);
    errno = 0;
    EXPECT_EQ(fopen("/none", "r") == NULL && errno == ENOENT, true);
    EXPECT_EQ(fopen("/tmp/s", "q") == NULL && errno == EINVAL, true);
    EXPECT_EQ(IN_CHILD({
        if (!freopen("/tmp/s", "w", stdout))
            _exit(1);
        printf("to a file");
        exit(0);
    }), 0);
    f = fopen("/tmp/s", "r");
    EXPECT_EQ(fgets(text, 8, f) == text, true);
    EXPECT_TEXT(text, "to a fi");
    end(f);
    unlink("/tmp/t");
}

void lines_of_any_length(void)
{
    char *line = NULL, small[4];
    size_t size = 0;
    FILE *f = fopen("/tmp/s", "w+");
    fprintf(f, "%0500d\nshort\n\nlast", 7);
    rewind(f);
    EXPECT_EQ(getline(&line, &size, f), 501);
    EXPECT_EQ(size >= 502 && line[500] == '\n' && line[501] == 0, true);
    EXPECT_EQ(getline(&line, &size, f), 6);
    EXPECT_TEXT(line, "short\n");
    EXPECT_EQ(getdelim(&line, &size, 'a', f), 3);
    EXPECT_TEXT(line, "\nla");
    EXPECT_EQ(getline(&line, &size, f), 2);
    EXPECT_EQ(getline(&line, &size, f), -1);
    EXPECT_FAILS(getline(NULL, &size, f), EINVAL);
    free(line);
    rewind(f);
    EXPECT_EQ(fgets(small, 4, f) == small, true);
    EXPECT_TEXT(small, "000");
    EXPECT_EQ(fgets(small, 1, f) == small && !*small, true);
    end(f);
    int d = open("/tmp/s", O_RDWR | O_CREAT, 0600);
    EXPECT_EQ(dprintf(d, "%s %d\n", "direct", 5), 9);
    EXPECT_EQ(pread(d, small, 3, 0), 3);
    EXPECT_EQ(memcmp(small, "dir", 3), 0);
    EXPECT_EQ(lseek(d, 0, SEEK_CUR), 9);
    close(d);
    EXPECT_EQ(dprintf(60, "x"), -1);
    unlink("/tmp/s");
}

void streams_remember_errors_and_ends(void)
{
    char text[8];
    FILE *f = file_with("ab");
    EXPECT_EQ(fread(text, 1, 8, f), 2);
    EXPECT_EQ(feof(f) != 0 && !ferror(f), true);
    clearerr(f);
    EXPECT_EQ(feof(f), 0);
    EXPECT_EQ(fread(text, 0, 5, f), 0);
    EXPECT_EQ(fwrite(text, 5, 0, f), 0);
    EXPECT_EQ(fclose(f), 0);
    f = fopen("/tmp/s", "r");
    errno = 0;
    EXPECT_EQ(fputc('x', f), EOF);
    EXPECT_EQ(ferror(f) != 0 && errno == EBADF, true);
    EXPECT_EQ(fgets(text, sizeof text, f) == text, true);       /* it is not this call that failed */
    EXPECT_TEXT(text, "ab");
    clearerr(f);
    rewind(f);
    EXPECT_EQ(fgetc(f), 'a');
    EXPECT_EQ(ferror(f), 0);
    EXPECT_EQ(fclose(f), 0);
    f = fopen("/tmp/s", "w");
    EXPECT_EQ(fgetc(f), EOF);
    EXPECT_EQ(ferror(f) != 0, true);
    EXPECT_EQ(feof(f), 0);
    end(f);
}

void a_stream_of_memory_grows(void)
{
    char *text = NULL;
    size_t length = 99;
    FILE *f = open_memstream(&text, &length);
    EXPECT_EQ(f != NULL && length == 0, true);
    EXPECT_EQ(fprintf(f, "line %d\n", 1), 7);
    EXPECT_EQ(fflush(f), 0);
    EXPECT_EQ(length, 7);
    EXPECT_TEXT(text, "line 1\n");
    for (int i = 0; i < 3000; i++)
        EXPECT_EQ(fputs("0123456789", f) >= 0, true);
    EXPECT_EQ(ftello(f), 30007);
    EXPECT_EQ(fflush(f), 0);
    EXPECT_EQ(length == 30007 && strlen(text) == 30007 && text[30006] == '9', true);
    EXPECT_EQ(fseeko(f, 2, SEEK_SET), 0);
    EXPECT_EQ(fputc('N', f), 'N');
    EXPECT_EQ(fflush(f), 0);
    EXPECT_EQ(length, 3);                                   /* the position is before the end */
    EXPECT_EQ(memcmp(text, "liNe 1", 6), 0);
    EXPECT_EQ(fseeko(f, 3, SEEK_END), 0);
    EXPECT_EQ(fputc('x', f), 'x');
    EXPECT_EQ(fclose(f), 0);
    EXPECT_EQ(length, 30011);
    EXPECT_EQ(memcmp(text + 30006, "9\0\0\0x", 6), 0);
    free(text);
}

void a_stream_of_memory_of_a_given_size(void)
{
    char bytes[8] = "abcdefg", word[8] = "";
    int number = 0;
    FILE *f = fmemopen(bytes, 7, "r");
    EXPECT_EQ(fscanf(f, "%3s", word), 1);
    EXPECT_TEXT(word, "abc");
    EXPECT_EQ(ftell(f), 3);
    EXPECT_EQ(fseek(f, -1, SEEK_END), 0);
    EXPECT_EQ(getc(f) == 'g' && getc(f) == EOF && feof(f), true);
    EXPECT_EQ(fclose(f), 0);
    f = fmemopen(bytes, sizeof bytes, "w");
    EXPECT_EQ(bytes[0], 0);
    EXPECT_EQ(fputs("12", f) >= 0 && fflush(f) == 0, true);
    EXPECT_EQ(memcmp(bytes, "12\0defg", 8), 0);
    EXPECT_EQ(fclose(f), 0);
    f = fmemopen(bytes, sizeof bytes, "a+");
    EXPECT_EQ(ftell(f), 2);
    EXPECT_EQ(fputs("34", f) >= 0, true);
    rewind(f);
    EXPECT_EQ(fscanf(f, "%d", &number) == 1 && number == 1234, true);
    EXPECT_EQ(fseek(f, 0, SEEK_SET), 0);
    EXPECT_EQ(fputs("5", f) >= 0 && fclose(f) == 0, true);
    EXPECT_TEXT(bytes, "12345");
    f = fmemopen(NULL, 4, "w+");
    EXPECT_EQ(fwrite("wxyz", 1, 4, f), 4);
    rewind(f);
    EXPECT_EQ(fread(word, 1, sizeof word, f), 4);
    EXPECT_EQ(memcmp(word, "wxyz", 4), 0);
    EXPECT_EQ(freopen("/tmp/s", "w", f) == f, true);
    EXPECT_EQ(fputs("a file", f) >= 0 && fileno(f) >= 0, true);
    EXPECT_EQ(fclose(f), 0);
    f = fopen("/tmp/s", "r");
    EXPECT_EQ(fgets(word, sizeof word, f) != NULL, true);
    EXPECT_TEXT(word, "a file");
    end(f);
}

void streams_of_memory_name_their_errors(void)
{
    char bytes[4] = "", *text;
    size_t length;
    EXPECT_FAILS(fmemopen(bytes, 0, "r") ? 0 : -1, EINVAL);
    EXPECT_FAILS(fmemopen(bytes, 4, "q") ? 0 : -1, EINVAL);
    EXPECT_FAILS(fmemopen(NULL, 4, "w") ? 0 : -1, EINVAL);
    FILE *half = fmemopen(NULL, SSIZE_MAX, "w+");           /* of all addresses, not of the memory */
    EXPECT_FAILS(fmemopen(NULL, SSIZE_MAX, "w+") ? 0 : -1, ENOMEM);
    EXPECT_EQ(half && fclose(half) == 0, true);
    EXPECT_FAILS(open_memstream(NULL, &length) ? 0 : -1, EINVAL);
    EXPECT_FAILS(open_memstream(&text, NULL) ? 0 : -1, EINVAL);
    FILE *f = fmemopen(bytes, 4, "w");
    EXPECT_FAILS(fileno(f), EBADF);
    EXPECT_FAILS(fseek(f, -1, SEEK_SET), EINVAL);
    EXPECT_FAILS(fseek(f, 5, SEEK_SET), EINVAL);
    EXPECT_FAILS(fseek(f, 0, 7), EINVAL);
    EXPECT_FAILS(getc(f), EBADF);
    clearerr(f);
    EXPECT_EQ(fwrite("12345", 1, 5, f), 5);
    EXPECT_FAILS(fflush(f), ENOSPC);
    EXPECT_EQ(ferror(f) && !memcmp(bytes, "1234", 4), true);
    EXPECT_EQ(fclose(f), 0);
    f = open_memstream(&text, &length);
    EXPECT_EQ(fputs("kept", f) >= 0 && fflush(f) == 0, true);
    EXPECT_FAILS(getc(f), EBADF);
    EXPECT_EQ(fseek(f, 0x7ffffffe, SEEK_SET), 0);
    EXPECT_EQ(fputs("far", f) >= 0, true);
    EXPECT_FAILS(fflush(f), ENOMEM);
    EXPECT_EQ(fclose(f), 0);
    EXPECT_TEXT(text, "kept");
    free(text);
}
