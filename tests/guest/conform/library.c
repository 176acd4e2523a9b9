/* SPDX-License-Identifier: MIT */
/* What needs no files: numbers, times, options, patterns. */
#include "tests/guest/conform/conform.h"

#include <fnmatch.h>
#include <getopt.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

void numbers_from_text(void)
{
    char *end;
    errno = 0;
    EXPECT_EQ(strtol("  -0x1Fz", &end, 0), -31);
    EXPECT_TEXT(end, "z");
    EXPECT_EQ(strtol("0x", &end, 16), 0);
    EXPECT_TEXT(end, "x");
    EXPECT_EQ(strtol("zz", &end, 36), 35 * 36 + 35);
    EXPECT_EQ(strtol("none", &end, 10), 0);
    EXPECT_TEXT(end, "none");
    EXPECT_EQ(errno, 0);
    EXPECT_EQ(strtol("99999999999", &end, 10), LONG_MAX);
    EXPECT_EQ(errno, ERANGE);
    EXPECT_EQ(*end, 0);
    EXPECT_EQ(strtol("-99999999999", NULL, 10), LONG_MIN);
    EXPECT_EQ(strtoul("-1", NULL, 10), ULONG_MAX);
    EXPECT_EQ(strtod(" -1.5e3,", &end) == -1500.0, true);
    EXPECT_TEXT(end, ",");
    EXPECT_EQ(strtod("0x1.8p1", NULL) == 3.0, true);
    EXPECT_EQ(strtod("1e", &end) == 1.0, true);
    EXPECT_TEXT(end, "e");
    EXPECT_EQ(strtod(".", &end) == 0.0, true);
    EXPECT_TEXT(end, ".");
    errno = 0;
    EXPECT_EQ(strtod("1e999", NULL) == __builtin_inf() && errno == ERANGE, true);
    EXPECT_EQ(__builtin_isnan(strtod("nan", NULL)) && strtod("-infinity", NULL) == -__builtin_inf(), true);
    intmax_t large = 0;
    EXPECT_EQ(sscanf("-9", "%" SCNdMAX, &large), 1);
    EXPECT_EQ(large == -9, true);
}

#define EXPECT_PRINTS(wanted, ...)                                                                 \
    do {                                                                                           \
        char text_[128];                                                                           \
        EXPECT_EQ(snprintf(text_, sizeof text_, __VA_ARGS__), strlen(wanted));                     \
        EXPECT_TEXT(text_, wanted);                                                                \
    } while (0)

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-truncation"

void numbers_to_text(void)
{
    int n = 0;
    char small[4];
    EXPECT_PRINTS("  +5|-0003|5    |0x1f|017|", "%+4d|%05d|%-5d|%#x|%#o|", 5, -3, 5, 31, 15);
    EXPECT_PRINTS("|0|", "%.0d|%d|", 0, 0);
    EXPECT_PRINTS("00042 ab   |  ab", "%.5d %-5.2s|%4s", 42, "abcdef", "ab");
    EXPECT_PRINTS("1.500000 1.5e+00 1.5 1e+10 0.0001 1e-05", "%f %.1e %g %g %g %g", 1.5, 1.5, 1.5, 1e10, 1e-4, 1e-5);
    EXPECT_PRINTS("inf -INF nan 0x1.8p+1", "%f %F %f %a", __builtin_inf(), -__builtin_inf(), __builtin_nan(""), 3.0);
    EXPECT_PRINTS("-128 65535 18446744073709551615 4294967295", "%hhd %hu %ju %zu", -128, 65535, UINTMAX_MAX, (size_t) -1);
    EXPECT_PRINTS("1234567|  -1234|1e+06", "%'d|%'7i|%'g", 1234567, -1234, 1e6);
    EXPECT_PRINTS("   7|7   |c%", "%*d|%-*d|%c%%", 4, 7, 4, 7, 'c');
    EXPECT_PRINTS("2 0 2.50 3e+00", "%.0f %.0f %.2f %.0e", 1.5, 0.5, 2.5, 2.5e0 + 0.1);
    EXPECT_EQ(snprintf(small, sizeof small, "abcdef"), 6);
    EXPECT_TEXT(small, "abc");
    EXPECT_EQ(snprintf(NULL, 0, "%d%n", 12345, &n), 5);
    EXPECT_EQ(n, 5);
}

void options_of_a_command_line(void)
{
    char *arguments[] = { "p", "-ab", "value", "-cd", "--", "-e", NULL };
    optind = 1;
    EXPECT_EQ(getopt(6, arguments, "ab:c:"), 'a');
    EXPECT_EQ(getopt(6, arguments, "ab:c:"), 'b');
    EXPECT_TEXT(optarg, "value");
    EXPECT_EQ(getopt(6, arguments, "ab:c:"), 'c');
    EXPECT_TEXT(optarg, "d");
    EXPECT_EQ(getopt(6, arguments, "ab:c:"), -1);
    EXPECT_EQ(optind, 5);
    char *wrong[] = { "p", "-x", "-b", NULL };
    optind = 1, opterr = 0;
    EXPECT_EQ(getopt(3, wrong, "b:"), '?');
    EXPECT_EQ(optopt, 'x');
    EXPECT_EQ(getopt(3, wrong, "b:"), '?');
    EXPECT_EQ(optopt, 'b');
    optind = 2;
    EXPECT_EQ(getopt(3, wrong, ":b:"), ':');
    const struct option longs[] = { { "all", no_argument, NULL, 'A' }, { "size", required_argument, NULL, 'S' }, { 0 } };
    char *many[] = { "p", "--all", "--size=3", "--si", "4", "-q", "rest", NULL };
    int index = -1;
    optind = 1;
    EXPECT_EQ(getopt_long(7, many, "q", longs, &index), 'A');
    EXPECT_EQ(index, 0);
    EXPECT_EQ(getopt_long(7, many, "q", longs, &index), 'S');
    EXPECT_TEXT(optarg, "3");
    EXPECT_EQ(getopt_long(7, many, "q", longs, NULL), 'S');
    EXPECT_TEXT(optarg, "4");
    EXPECT_EQ(getopt_long(7, many, "q", longs, NULL), 'q');
    EXPECT_EQ(getopt_long(7, many, "q", longs, NULL), -1);
    EXPECT_EQ(optind, 6);
    optind = opterr = 1;
}

void time_there_and_back(void)
{
    char text[64];
    struct tm tm = { .tm_year = 124, .tm_mon = 1, .tm_mday = 30, .tm_hour = 25, .tm_isdst = -1 };
    time_t t = mktime(&tm);
    EXPECT_EQ(tm.tm_mon == 2 && tm.tm_mday == 2 && tm.tm_hour == 1 && tm.tm_wday == 6 && tm.tm_yday == 61, true);
    EXPECT_EQ(t == timegm(&tm), true);
    EXPECT_TEXT(asctime_r(&tm, text), "Sat Mar  2 01:00:00 2024\n");
    EXPECT_TEXT(ctime_r(&t, text), "Sat Mar  2 01:00:00 2024\n");
    EXPECT_EQ(strftime(text, sizeof text, "%Y-%j %U %I%p %%", &tm), 18);
    EXPECT_TEXT(text, "2024-062 08 01AM %");
    EXPECT_EQ(strftime(text, 4, "%Y", &tm), 0);
    struct tm back = { 0 };
    char *end = strptime("Tue, 05 Nov 1996  11:22:33 PM+", "%a, %d %b %Y %I:%M:%S %p", &back);
    EXPECT_EQ(end && *end == '+', true);
    EXPECT_EQ(back.tm_year == 96 && back.tm_mon == 10 && back.tm_mday == 5 && back.tm_hour == 23 && back.tm_sec == 33, true);
    EXPECT_EQ(strptime("13/45/00", "%D", &back) == NULL, true);
    EXPECT_EQ(strptime("01/02/71", "%D", &back) != NULL && back.tm_year == 71, true);
    EXPECT_EQ(difftime(5, 3) == 2.0, true);
    time_t zero = 0;
    EXPECT_EQ(gmtime(&zero)->tm_year, 70);
}

void clocks_and_sleeps(void)
{
    struct timespec a, b, bad = { 0, 1000000000 }, negative = { -1, 0 };
    EXPECT_EQ(clock_getres(CLOCK_MONOTONIC, &a), 0);
    EXPECT_EQ(a.tv_sec == 0 && a.tv_nsec > 0, true);
    EXPECT_FAILS(clock_getres(99, &a), EINVAL);
    EXPECT_FAILS(clock_gettime(99, &a), EINVAL);
    EXPECT_FAILS(clock_settime(CLOCK_MONOTONIC, &a), EINVAL);
    EXPECT_FAILS(clock_settime(CLOCK_REALTIME, &bad), EINVAL);
    EXPECT_FAILS(nanosleep(&bad, NULL), EINVAL);
    EXPECT_FAILS(nanosleep(&negative, NULL), EINVAL);
    EXPECT_EQ(clock_gettime(CLOCK_MONOTONIC, &a), 0);
    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &(struct timespec) { 0, 20000000 }, NULL), 0);
    EXPECT_EQ(clock_gettime(CLOCK_MONOTONIC, &b), 0);
    long long gone = (b.tv_sec - a.tv_sec) * 1000000000ll + b.tv_nsec - a.tv_nsec;
    EXPECT_EQ(gone >= 20000000, true);
    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &a, NULL), 0);        /* long ago */
    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, 0, &bad, NULL), EINVAL);
    EXPECT_EQ(clock_nanosleep(77, 0, &a, NULL), EINVAL);
    b.tv_nsec = 0, b.tv_sec += 1;
    EXPECT_EQ(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &b, NULL), 0);
    EXPECT_EQ(clock_gettime(CLOCK_MONOTONIC, &a), 0);
    EXPECT_EQ(a.tv_sec >= b.tv_sec, true);
}

void the_system_says_what_it_is(void)
{
    struct utsname name;
    struct rlimit limit;
    char host[64], tiny[2];
    EXPECT_EQ(sysconf(_SC_PAGESIZE), 4096);
    EXPECT_EQ(sysconf(_SC_OPEN_MAX), OPEN_MAX);
    EXPECT_EQ(sysconf(_SC_CLK_TCK), CLOCKS_PER_SEC);
    EXPECT_EQ(sysconf(_SC_MAPPED_FILES) > 0 && sysconf(_SC_THREADS) > 0, true);
    EXPECT_FAILS(sysconf(-1), EINVAL);
    EXPECT_EQ(pathconf("/", _PC_NAME_MAX), NAME_MAX);
    EXPECT_FAILS(pathconf("/", 999), EINVAL);
    EXPECT_EQ(uname(&name), 0);
    EXPECT_TEXT(name.sysname, "Pecan");
    EXPECT_EQ(gethostname(host, sizeof host), 0);
    EXPECT_TEXT(host, name.nodename);
    EXPECT_FAILS(gethostname(tiny, sizeof tiny), ENAMETOOLONG);
    EXPECT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_EQ(limit.rlim_cur, OPEN_MAX);
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_max = 1;
    EXPECT_FAILS(setrlimit(RLIMIT_NOFILE, &limit), EINVAL);
    EXPECT_FAILS(getrlimit(99, &limit), EINVAL);
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), 0);
    EXPECT_FAILS(nice(1), EPERM);
    EXPECT_TEXT(getpwnam("root")->pw_name, "root");
    EXPECT_EQ(getgrnam("nobody") == NULL && getgrgid(0) != NULL && getgroups(0, NULL) == 0, true);
    EXPECT_TEXT(strerror(ENOTSOCK), "Socket operation on non-socket");
    EXPECT_EQ(strerror_r(ENOENT, host, sizeof host), 0);
    EXPECT_TEXT(host, "No such file or directory");
    EXPECT_EQ(strerror_r(ENOENT, tiny, sizeof tiny), ERANGE);
    EXPECT_EQ(strerror_r(54321, host, sizeof host), EINVAL);
}

void random_numbers_of_the_standard(void)
{
    srand48(1);
    EXPECT_EQ(lrand48(), 89400484);                 /* by the formula that POSIX gives */
    EXPECT_EQ(lrand48(), 976015093);
    srand48(1);
    EXPECT_EQ(mrand48(), 178800969);
    unsigned short state[3] = { 0x330e, 1, 0 };
    EXPECT_EQ(nrand48(state), 89400484);
    double d = drand48();
    EXPECT_EQ(d >= 0 && d < 1, true);
    unsigned seed = 5, same = 5;
    EXPECT_EQ(rand_r(&seed), rand_r(&same));
    srandom(9);
    long first = random();
    srandom(9);
    EXPECT_EQ(random(), first);
}

void patterns_of_names(void)
{
    EXPECT_EQ(fnmatch("*.c", "main.c", 0), 0);
    EXPECT_EQ(fnmatch("*.c", "main.h", 0), FNM_NOMATCH);
    EXPECT_EQ(fnmatch("[a-c]?x*", "b1xyz", 0), 0);
    EXPECT_EQ(fnmatch("[!a-c]", "b", 0), FNM_NOMATCH);
    EXPECT_EQ(fnmatch("[]-]", "-", 0), 0);
    EXPECT_EQ(fnmatch("[[:digit:]x]", "7", 0), 0);
    EXPECT_EQ(fnmatch("*", ".hidden", FNM_PERIOD), FNM_NOMATCH);
    EXPECT_EQ(fnmatch("*", "a/b", FNM_PATHNAME), FNM_NOMATCH);
    EXPECT_EQ(fnmatch("*/b", "a/b", FNM_PATHNAME), 0);
    EXPECT_EQ(fnmatch("\\*", "*", 0), 0);
    EXPECT_EQ(fnmatch("\\*", "\\x", FNM_NOESCAPE), 0);
    EXPECT_EQ(fnmatch("a*b*c", "axbxbxc", 0), 0);
    EXPECT_EQ(fnmatch("[", "[", 0), 0);
}
