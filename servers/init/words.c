/* SPDX-License-Identifier: MIT */
/* Splitting a command line; pure, tested in tests/host/words.c.  Called by shell.c. */
#include "words.h"

#include <string.h>

static const char *put(struct words *w, char c)
{
    if (w->text_length == WORDS_TEXT)
        return "the line is too long";
    w->text[w->text_length++] = c;
    return NULL;
}

/* These characters mean something to larger shells: they shall not reach a program by mistake. */
static bool is_operator(char c)
{
    return c == '|' || c == ';' || c == '<' || c == '>' || c == '&';
}

/* Copies one word, quotes resolved, and moves *line behind it. */
static const char *copy_word(struct words *w, const char **line)
{
    const char *error = NULL;
    char quote = '\0';
    const char *p = *line;
    for (; *p && !error && (quote || (*p != ' ' && *p != '\t' && !is_operator(*p))); p++) {
        if (quote ? *p == quote : *p == '"' || *p == '\'') {
            quote = quote ? '\0' : *p;
        } else if (*p == '\\' && quote != '\'') {
            if (*++p == '\0')
                return "nothing behind the backslash";
            error = put(w, *p);
        } else {
            error = put(w, *p);
        }
    }
    *line = p;
    if (!error && quote)
        error = "a quote is not closed";
    return error ? error : put(w, '\0');
}

/* Do these commands put what they say into a file, if the line ends in > FILE or >> FILE? */
static bool takes_output(const struct words *w)
{
    static const char *const names[] = { "echo", "cat", "sha256sum" };
    for (size_t i = 0; w->count > 0 && i < sizeof names / sizeof *names; i++) {
        if (!strcmp(w->word[0], names[i]))
            return true;
    }
    return false;
}

/* The sign itself is a word. */
static const char *copy_sign(struct words *w, const char **line)
{
    const char *error = NULL;
    while (**line == '>' && !error) {
        error = put(w, '>');
        ++*line;
    }
    return error ? error : put(w, '\0');
}

const char *words_split(struct words *w, const char *line)
{
    w->count = 0;
    w->text_length = 0;
    w->background = false;
    w->word[0] = NULL;
    for (;;) {
        while (*line == ' ' || *line == '\t')
            line++;
        if (*line == '\0')
            return NULL;
        if (w->background)
            return "& belongs at the end of the line";
        bool sign = *line == '>' && takes_output(w);
        if (is_operator(*line) && *line != '&' && !sign)
            return "this shell has no pipes (|), no files (< >) and one command a line (no ;): "
                   "quote such a character to give it to a program";
        if (*line == '&') {
            if (w->count == 0)
                return "nothing stands before the &";
            w->background = true;
            line++;
            continue;
        }
        if (w->count == WORDS_MAX)
            return "too many words";
        const char *start = w->text + w->text_length;
        const char *error = sign ? copy_sign(w, &line) : copy_word(w, &line);
        if (error)
            return error;
        w->word[w->count++] = start;
        w->word[w->count] = NULL;
    }
}

bool words_number(const char *text, unsigned long *value)
{
    unsigned base = 10;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        base = 16;
        text += 2;
    }
    if (*text == '\0')
        return false;
    unsigned long sum = 0;
    for (; *text; text++) {
        unsigned digit = *text >= '0' && *text <= '9'   ? (unsigned) (*text - '0')
                         : *text >= 'a' && *text <= 'f' ? (unsigned) (*text - 'a' + 10)
                         : *text >= 'A' && *text <= 'F' ? (unsigned) (*text - 'A' + 10)
                                                        : 16;
        if (digit >= base || sum > (0xffffffffu - digit) / base)
            return false;
        sum = sum * base + digit;
    }
    *value = sum;
    return true;
}
