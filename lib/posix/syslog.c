/* SPDX-License-Identifier: MIT */
/* <syslog.h> without a log: a message is one write() to the standard error, so that those of
 * several tasks stand in lines of their own.  A message that is too long for that is cut. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <hurd/startup.h>

enum { LINE = 512, FORMAT = 256, LEVELS = 7 };

static const char *ident;
static int options, mask = LOG_UPTO(LOG_DEBUG);

void openlog(const char *name, int how, int facility)
{
    (void) facility;
    ident = name;
    options = how;
}

void closelog(void)
{
    ident = NULL;
    options = 0;
}

int setlogmask(int levels)
{
    int before = mask;
    if (levels)
        mask = levels;
    return before;
}

static const char *program_name(void)
{
    const struct hurd_startup_data *data = __hurd_startup_data;
    const char *path = data->argz_len ? (const char *) data->argz : "program";
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The text with errno's in the place of each %m.  What does not fit is left out. */
static void format_expand(char *to, const char *from, int error)
{
    char *end = to + FORMAT - 1;
    while (*from && to < end) {
        if (from[0] == '%' && from[1] == 'm') {
            size_t n = strnlen(strerror(error), (size_t) (end - to));
            memcpy(to, strerror(error), n);         /* no text of ours has a % */
            to += n;
            from += 2;
        } else if (from[0] == '%' && from[1] && end - to >= 2) {
            *to++ = *from++;
            *to++ = *from++;
        } else if (from[0] == '%') {
            break;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

/* As snprintf(), but it returns where the text ends. */
static size_t cut(int printed, size_t room)
{
    return printed < 0 ? 0 : (size_t) printed < room ? (size_t) printed : room - 1;
}

void vsyslog(int priority, const char *format, va_list args)
{
    char expanded[FORMAT], line[LINE];
    const int error = errno;
    const char *name = ident ? ident : program_name();
    if (!(mask & LOG_MASK(priority & LEVELS)))
        return;
    format_expand(expanded, format, error);
    int printed = options & LOG_PID ? snprintf(line, LINE / 2, "%s[%d]: ", name, (int) getpid())
                                    : snprintf(line, LINE / 2, "%s: ", name);
    size_t at = cut(printed, LINE / 2);
    at += cut(vsnprintf(line + at, LINE - 1 - at, expanded, args), LINE - 1 - at);
    if (line[at - 1] != '\n')
        line[at++] = '\n';
    if (write(STDERR_FILENO, line, at) < 0)
        errno = error;                  /* nobody hears of it */
}

void syslog(int priority, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsyslog(priority, format, args);
    va_end(args);
}
