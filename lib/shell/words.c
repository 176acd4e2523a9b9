/* SPDX-License-Identifier: MIT */
/* Splitting a command line; pure, tested in tests/host/words.c.  Called by shell.c. */
#include "lib/shell/words.h"
#include "lib/shell/arithmetic.h"
#include "lib/shell/pattern.h"
#include "lib/shell/variables.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_MOST = 512 };    /* bytes */

/* Where the next word goes: the argz, or the names. */
struct target {
    char *text;
    size_t *length, size;
    bool skips;                 /* variables have no values */
    bool patterned;             /* a *, ? or [ stands in it outside of quotes */
    bool escapes;               /* what stood in quotes gets a backslash: it becomes a pattern */
};

static const char *put(struct target *t, char c)
{
    if (*t->length == t->size)
        return "the line is too long";
    t->text[(*t->length)++] = c;
    return NULL;
}

/* A character of a word, which may be special outside of quotes. */
static const char *put_quoted(struct target *t, char c, bool quoted)
{
    const char *error = NULL;
    t->patterned |= !quoted && (c == '*' || c == '?' || c == '[');
    if (t->escapes && (quoted ? !isalnum((unsigned char) c) && c != '/' : c == '\\'))
        error = put(t, '\\');
    return error ? error : put(t, c);
}

static bool is_operator(char c)
{
    return c == '|' || c == ';' || c == '<' || c == '>' || c == '&' || c == '\n';
}

static bool is_name(char c)
{
    return isalnum((unsigned char) c) || c == '_';
}

/* What stands between (( and )).  *line stands behind the $, and moves behind all. */
static const char *put_sum(struct target *t, const char **line)
{
    char text[16];
    int value;
    const char *start = *line + 2, *end = strstr(start, "))");
    if (!end)
        return "a $(( is not closed";
    *line = end + 2;
    if (t->skips)
        return NULL;
    const char *error = arithmetic(start, (size_t) (end - start), &value);
    if (!error)
        snprintf(text, sizeof text, "%d", value);
    for (const char *at = text; !error && *at; at++)
        error = put(t, *at);
    return error;
}

static const char no_commands[] = "commands in words, $(COMMAND) and `COMMAND`, are not known here";

/* The value of the variable at *line, which stands behind the $; *line moves behind its name. */
static const char *put_value(struct target *t, const char **line, bool quoted)
{
    if (!strncmp(*line, "((", 2))
        return put_sum(t, line);
    if (**line == '(')
        return no_commands;
    const char *name = *line + (**line == '{'), *end = name;
    if (*end == '?' || *end == '#')
        end++;
    else
        while (is_name(*end))
            end++;
    if (end == name)
        return put(t, '$');             /* it stands for itself */
    if (name != *line && *end != '}')
        return "a brace is not closed";
    *line = end + (name != *line);
    const char *value = t->skips ? NULL : variables_get(name, (size_t) (end - name));
    const char *error = NULL;
    for (; value && *value && !error; value++)
        error = put_quoted(t, *value, quoted);
    return error;
}

/* Copies one word, quotes resolved, and moves *line behind it. */
static const char *copy_word(struct target *t, const char **line)
{
    const char *error = NULL;
    char quote = '\0';
    const char *p = *line;
    while (*p && !error && (quote || (*p != ' ' && *p != '\t' && !is_operator(*p)))) {
        char c = *p++;
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? '\0' : c;
        else if (c == '`' && !quote)
            error = no_commands;
        else if (c == '$' && quote != '\'')
            error = put_value(t, &p, quote != '\0');
        else if (c == '\\' && quote != '\'') {
            if (*p == '\0')
                return "nothing behind the backslash";
            error = put_quoted(t, *p++, true);
        } else
            error = put_quoted(t, c, quote != '\0');
    }
    *line = p;
    if (!error && quote)
        error = "a quote is not closed";
    return error ? error : put(t, '\0');
}

static const char only_one[] = "there are two files for the same thing";

/* 2>&1 or >&2.  `joins` is what it sets. */
static const char *copy_join(const char **line, char stream, bool *joins, bool taken)
{
    if ((*line)[1] != stream)
        return "only 2>&1 and >&2 join two streams";
    *line += 2;
    *joins = true;
    return taken ? only_one : NULL;
}

/* < > >> 2> or 2>> and the name behind it, or 2>&1 or >&2. */
static const char *copy_name(struct words *w, const char **line, bool skips)
{
    struct target names = { w->names, &w->names_length, WORDS_NAMES, skips, false, false };
    bool errors = **line == '2';
    *line += errors || **line == '1';
    const char **place = **line == '<' ? &w->input : errors ? &w->errors : &w->output;
    const char *name = w->names + w->names_length;
    bool appends = (*line)[0] == '>' && (*line)[1] == '>';
    *line += appends ? 2 : 1;
    if (**line == '&' && place == &w->errors)
        return copy_join(line, '1', &w->errors_join, w->errors || w->output_joins);
    if (**line == '&' && place == &w->output)
        return copy_join(line, '2', &w->output_joins, w->output || w->errors_join);
    bool joined = errors ? w->errors_join || w->output_joins
                         : place == &w->output && w->output_joins;
    if (*place || joined)
        return only_one;
    if (place == &w->output && w->errors_join)
        return "2>&1 belongs behind the > that it means";
    if (appends)
        *(errors ? &w->errors_append : &w->appends) = true;
    *line += strspn(*line, " \t");
    if (**line == '\0' || is_operator(**line))
        return "a file's name belongs behind < and >";
    *place = name;
    return copy_word(&names, line);
}

/* The operator that ends a command, or WORDS_LINE: another one, or none. */
static enum words_end ending(const char *line)
{
    bool twice = line[0] == line[1];
    return *line == ';'   ? WORDS_SEMICOLON
           : *line == '|' ? twice ? WORDS_OR : WORDS_PIPE
           : *line == '&' && twice ? WORDS_AND : WORDS_LINE;
}

/* What begins with an operator.  *ends: the command ends here. */
static const char *take_operator(struct words *w, const char **line, bool *ends)
{
    static const char *const missing[] = {
        [WORDS_LINE] = "nothing stands before the &",
        [WORDS_SEMICOLON] = "nothing stands before the ;",
        [WORDS_PIPE] = "nothing stands before the |", [WORDS_AND] = "nothing stands before the &&",
        [WORDS_OR] = "nothing stands before the ||",
    };
    enum words_end end = ending(*line);
    if (w->count == 0)
        return missing[end];
    if (end == WORDS_LINE) {
        w->background = true;
        ++*line;
        return NULL;
    }
    w->end = end;
    w->rest = *line + (end == WORDS_AND || end == WORDS_OR ? 2 : 1);
    *ends = true;
    return NULL;
}

static const char *word_add(struct words *w, const char *start)
{
    if (w->count == WORDS_MAX)
        return "too many words";
    w->word[w->count++] = start;
    w->word[w->count] = NULL;
    return NULL;
}

/* The words take the place of the last one. */
static const char *words_replace(struct words *w, const struct pattern_names *names)
{
    const char *error = NULL;
    w->text_length = (size_t) (w->word[--w->count] - w->text);
    for (size_t i = 0; i < names->count && !error; i++) {
        size_t size = strlen(names->name[i]) + 1;
        char *start = w->text + w->text_length;
        if (size > WORDS_TEXT - w->text_length)
            return "the line is too long";
        memcpy(start, names->name[i], size);
        w->text_length += size;
        error = word_add(w, start);
    }
    return error;
}

/* The last word is a pattern; `line` is where it begins.  Without a name for it, it stays. */
static const char *word_expand(struct words *w, const char *line)
{
    char text[PATTERN_MOST];
    size_t length = 0;
    struct target pattern = { text, &length, sizeof text, false, false, true };
    struct pattern_names *names = malloc(sizeof *names);
    const char *error = names ? copy_word(&pattern, &line) : "there is no memory for a pattern";
    if (!error)
        error = pattern_expand(text, names);
    if (!error && names->count > 0)
        error = words_replace(w, names);
    free(names);
    return error;
}

static const char *take_word(struct words *w, const char **line, bool skips)
{
    struct target argz = { w->text, &w->text_length, WORDS_TEXT, skips, false, false };
    const char *from = *line, *start = w->text + w->text_length;
    const char *error = copy_word(&argz, line);
    if (!error)
        error = word_add(w, start);
    return error || !argz.patterned || skips ? error : word_expand(w, from);
}

static bool is_redirection(const char *line)
{
    return *line == '<' || *line == '>' || ((*line == '1' || *line == '2') && line[1] == '>');
}

static const char *split(struct words *w, const char *line, bool skips)
{
    const char *error = NULL;
    bool ends = false;
    w->count = w->text_length = w->names_length = 0;
    w->background = w->appends = w->errors_append = w->errors_join = w->output_joins = false;
    w->end = WORDS_LINE;
    w->word[0] = w->input = w->output = w->errors = w->rest = NULL;
    while (!error && !ends) {
        line += strspn(line, " \t");
        if (*line == '#')
            line += strcspn(line, "\n");
        if (*line == '\n')
            w->rest = line + 1;
        if (*line == '\0' || *line == '\n')
            break;
        if (w->background && ending(line) != WORDS_SEMICOLON)
            error = "& belongs at the end of a command";
        else if (is_redirection(line))
            error = copy_name(w, &line, skips);
        else if (is_operator(*line))
            error = take_operator(w, &line, &ends);
        else
            error = take_word(w, &line, skips);
    }
    if (!error && w->count == 0 && words_redirect(w))
        error = "no command stands before < and >";
    return error;
}

bool words_redirect(const struct words *w)
{
    return w->input || w->output || w->errors || w->errors_join || w->output_joins;
}

const char *words_split(struct words *w, const char *line)
{
    return split(w, line, false);
}

const char *words_skip(struct words *w, const char *line)
{
    return split(w, line, true);
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
